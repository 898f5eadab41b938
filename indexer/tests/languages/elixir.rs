//! Elixir.

use crate::{check, documented, imports, module, remote};

/// Functions of every form, in modules of every form.
const MODULES: &str = r#"
defmodule Shop.Cart do
  use GenServer

  def add(cart, item) do
    [item | cart]
  end

  def size(cart), do: length(cart)
  defp empty?([]), do: true
  defp empty?(_), do: false
  def head(cart, default \\ nil)
  def head([first | _], _) when is_map(first) do
    first
  end
  def nothing, do: nil
  def nothing! when true, do: nil

  defmacro twice(x) do
    quote do: unquote(x) * 2
  end
  defmacrop secret(), do: 1
  defguard is_item(x) when is_map(x)
  defdelegate total(cart), to: Shop.Math
  def left + right, do: {left, right}
  def left <> right when is_list(left) do
    left ++ right
  end
  def unquote(name)(x), do: x

  defmodule Item do
    def price(%{price: price}), do: price
  end
end

defprotocol Price do
  def of(x)
end

defimpl Price, for: Map do
  def of(x), do: x.price
end
"#;

#[test]
fn functions_have_the_names_of_their_modules() {
    check(
        "elixir",
        MODULES,
        &[
            "method Shop.Cart.add 5-7",
            "method Shop.Cart.size 9-9",
            "method Shop.Cart.empty? 10-10",
            "method Shop.Cart.empty? 11-11",
            "method Shop.Cart.head 12-12;",
            "method Shop.Cart.head 13-15",
            "method Shop.Cart.nothing 16-16",
            "method Shop.Cart.nothing! 17-17",
            "method Shop.Cart.twice 19-21",
            "method Shop.Cart.secret 22-22",
            "method Shop.Cart.is_item 23-23;",
            "method Shop.Cart.total 24-24;",
            "method Shop.Cart.+ 25-25",
            "method Shop.Cart.<> 26-28",
            "method Shop.Cart.unquote(name) 29-29",
            "method Shop.Cart.Item.price 32-32",
            "method Price.of 37-37;",
            "method Price.of 41-41",
        ],
    );
}

#[test]
fn clauses_are_addressed_by_their_line() {
    let module = module(
        "elixir",
        "defmodule A do\n  def b(1), do: 1\n  def b(2), do: 2\n  def c, do: 3\nend",
    );
    let addresses = module.addresses();
    assert_eq!(addresses, ["A.b@2", "A.b@3", "A.c"]);
}

#[test]
fn functions_that_are_bound_to_a_name_have_that_name() {
    check(
        "elixir",
        r#"
defmodule A do
  def run(items) do
    double = fn
      0 -> 0
      x -> x * 2
    end
    Enum.map(items, fn x -> double.(x) end)
    quote do
      nothing = fn -> {unquote(double), 1} end
      _ = fn -> 1 end
    end
  end
end
"#,
        &["method A.run 3-13", "closure A.run.double 4-7", "closure A.run.nothing 10-10"],
    );
}

#[test]
fn what_documents_a_function_stands_before_it() {
    let source = r#"
defmodule A do
  @moduledoc "All of it."
  @timeout 5000

  @doc """
  Adds.
  """
  @spec add(integer, integer) :: integer
  def add(a, b), do: a + b

  @doc false
  @impl true
  def init(x), do: {:ok, x}

  # Not this.
  def plain, do: 1

  @doc since: "1.2.0"
  @doc "Later."
  # And a remark.
  def late, do: 1
end
"#;
    documented("elixir", source, &["A.add: @doc \"\"\" Adds. \"\"\"", "A.late: @doc \"Later.\""]);
    check(
        "elixir",
        source,
        &[
            "method A.add (9)10-10",
            "method A.init (12)14-14",
            "method A.plain 17-17",
            "method A.late (19)22-22",
        ],
    );
    let scope = &module("elixir", source).scopes[0];
    assert_eq!(&source[scope.doc.expect("a doc").bytes()], "@moduledoc \"All of it.\"");
}

#[test]
fn imports_have_the_names_that_the_file_uses() {
    imports(
        "elixir",
        r#"
alias Shop.Repo
alias Shop.Cart, as: Basket
alias Shop.{User, Orders.Order}
import Ecto.Query, only: [from: 2]
require Logger
use GenServer
"#,
        &[
            "Repo = Shop.Repo",
            "Basket = Shop.Cart",
            "User = Shop.User",
            "Order = Shop.Orders.Order",
            "Query = Ecto.Query",
            "Logger = Logger",
            "GenServer = GenServer",
        ],
    );
}

#[test]
fn calls_of_libraries_leave_the_process() {
    remote(
        "elixir",
        r#"
defmodule Shop do
  alias Shop.Repo
  alias HTTPoison, as: Http

  def all(conn) do
    Repo.all(User)
    User |> where(id: 1) |> Repo.one!()
    Http.get!("https://example.com")
    Req.post!(url, json: %{})
    Finch.build(:get, url) |> Finch.request(Shop.Finch)
    :httpc.request(:get, {url, []}, [], [])
    Redix.command(conn, ["GET", "a"])
    {:ok, connection} = AMQP.Connection.open()
    AMQP.Basic.publish(channel, "", "q", "x")
    Postgrex.query!(pid, "SELECT 1", [])
    :gen_tcp.connect(~c"localhost", 80, [])
    ExAws.S3.list_objects("b") |> ExAws.request()
    :rpc.call(node, Mod, :f, [])
    Shop.Orders.Stub.place(channel, request)
  end
end
"#,
        &[
            "7 database Shop.Repo.all in Shop.all",
            "8 database Shop.Repo.one in Shop.all",
            "9 http HTTPoison.get in Shop.all",
            "10 http Req.post in Shop.all",
            "11 http Finch.request in Shop.all",
            "12 http httpc.request in Shop.all",
            "13 cache Redix.command in Shop.all",
            "14 broker AMQP.Connection.open in Shop.all",
            "15 broker AMQP.Basic.publish in Shop.all",
            "16 database Postgrex.query in Shop.all",
            "17 socket gen_tcp.connect in Shop.all",
            "18 cloud ExAws.request in Shop.all",
            "19 rpc rpc.call in Shop.all",
            "20 rpc Shop.Orders.Stub.place in Shop.all",
        ],
    );
}

#[test]
fn calls_that_only_look_remote_are_none() {
    for source in [
        "defmodule Req do\n  def get(x), do: x\nend\ndefmodule A do\n  def b, do: Req.get(1)\nend",
        "defmodule A do\n  alias Shop.Req\n  def b, do: Req.get(1)\nend",
        "defmodule A do\n  def b(m), do: Map.get(m, :a)\nend",
        "defmodule A do\n  def b(pid), do: GenServer.call(pid, :get)\nend",
        "defmodule A do\n  def b, do: request(1)\n  def request(x), do: x\nend",
    ] {
        remote("elixir", source, &[]);
    }
}

#[test]
fn a_broken_file_gives_what_can_be_read() {
    let source = "defmodule A do\n  def one, do: 1\n  def two(x do\n  end\n  def three do\n    3\n  end\nend\n";
    let module = module("elixir", source);
    let names: Vec<&str> = module.functions.iter().map(|function| &*function.name).collect();
    assert!(module.broken && names.contains(&"one"), "{names:?}");
}
