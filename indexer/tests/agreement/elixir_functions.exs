# The functions of the files of a folder, as Elixir reads them.
#
# usage: elixir elixir_functions.exs FOLDER
#
# A line each: path, qualified name, nothing, first line with attributes, first line, last line. A
# path alone is a file that was read; one with `!` could not be.
defmodule Functions do
  @definers [
    :def, :defp, :defmacro, :defmacrop, :defguard, :defguardp, :defdelegate, :defn, :defnp
  ]
  @modules [:defmodule, :defprotocol, :defimpl]
  @leading [:spec, :impl, :deprecated, :since, :dialyzer, :compile, :decorate, :tag]

  def of(file, name) do
    text = File.read!(file)
    Process.put(:lines, List.to_tuple(String.split(text, "\n")))
    literal = fn value, meta -> {:ok, {:__literal__, meta, [value]}} end
    options = [columns: true, token_metadata: true, literal_encoder: literal]

    case Code.string_to_quoted(text, options) do
      {:ok, tree} ->
        IO.puts(name)
        visit(tree, nil, [], name)

      {:error, {_, why, _}} ->
        IO.puts([name, "\t!\t", inspect(why)])
    end
  end

  defp visit({:__block__, _, expressions}, before, _, name), do: list(expressions, before, name)

  defp visit({definer, meta, [head | _] = arguments} = node, before, leading, name)
       when definer in @definers do
    own = own(head)
    qualified = join(before, own)

    if own do
      first = meta[:line]
      tell(name, qualified, whole(leading, first), first, last(node))
    end

    list(arguments, qualified, name)
  end

  defp visit({definer, _, [head | rest] = arguments}, before, _, name) when definer in @modules do
    case List.last(arguments) do
      [{{:__literal__, _, [:do]}, _} | _] -> list(rest, join(before, module(head)), name)
      _ -> list(arguments, before, name)
    end
  end

  defp visit({:=, _, [{own, meta, context}, {:fn, _, clauses} = function]}, before, _, name)
       when is_atom(own) and is_atom(context) and own != :_ do
    qualified = join(before, to_string(own))
    tell(name, qualified, meta[:line], meta[:line], last(function))
    list(clauses, qualified, name)
  end

  defp visit({form, _, arguments}, before, _, name) do
    visit(form, before, [], name)
    list(arguments, before, name)
  end

  defp visit({left, right}, before, _, name) do
    visit(left, before, [], name)
    visit(right, before, [], name)
  end

  defp visit(list, before, _, name) when is_list(list), do: list(list, before, name)
  defp visit(_, _, _, _), do: :ok

  # Expressions one after the other; attributes belong to what they stand before.
  defp list(expressions, before, name) when is_list(expressions) do
    Enum.reduce(expressions, [], fn expression, leading ->
      case expression do
        {:@, _, [{_, _, [_ | _]}]} = attribute ->
          visit(attribute, before, [], name)
          [attribute | leading]

        other ->
          visit(other, before, leading, name)
          []
      end
    end)

    :ok
  end

  defp list(_, _, _), do: :ok

  # The first line of the attributes before a definition, as far as they lead it.
  defp whole(leading, first) do
    leading
    |> Enum.filter(&leads?/1)
    |> Enum.reduce(first, fn {:@, meta, _}, line -> min(line, meta[:line]) end)
  end

  defp leads?({:@, _, [{name, _, _}]}) when name in @leading, do: true
  defp leads?({:@, _, [{:doc, _, [{:__literal__, _, [false]}]}]}), do: true
  defp leads?({:@, _, [{:doc, _, [[{{:__literal__, _, [_]}, _} | _]]}]}), do: true
  defp leads?(_), do: false

  defp own({:when, _, [head | _]}), do: own(head)
  defp own({{:unquote, _, _} = name, _, arguments}) when is_list(arguments) do
    Macro.to_string(bare(name))
  end

  defp own({name, _, _}) when is_atom(name) and name not in [:__literal__, :_, :{}, :"."] do
    to_string(name)
  end

  defp own(_), do: nil

  # A name is without what stands in brackets, and without the mark of an atom.
  defp module(head) do
    head |> bare() |> Macro.to_string() |> String.replace(~r/\(.*/s, "") |> String.trim_leading(":")
  end

  defp bare({:__literal__, _, [value]}), do: bare(value)
  defp bare({form, meta, arguments}), do: {bare(form), meta, bare(arguments)}
  defp bare({left, right}), do: {bare(left), bare(right)}
  defp bare(list) when is_list(list), do: Enum.map(list, &bare/1)
  defp bare(other), do: other

  defp join(before, nil), do: before
  defp join(nil, own), do: own
  defp join(before, own), do: before <> "." <> own

  defp tell(name, qualified, whole, first, last) do
    IO.puts(Enum.join([name, qualified, "", whole, first, last], "\t"))
  end

  # The last line of a node: the largest that anything in it names.
  defp last({:__literal__, meta, [value]}) do
    inner = if is_list(value) or is_tuple(value), do: last(value), else: 0
    Enum.max([inner, told(meta), quoted(meta)])
  end

  # A sigil keeps its text as it is written.
  defp last({form, meta, [{:<<>>, _, parts} | _]}) when is_atom(form) do
    lines = for part <- parts, is_binary(part), do: length(String.split(part, "\n")) - 1
    heredoc = if meta[:delimiter] in ["\"\"\"", "'''"], do: 1, else: 0
    sigil? = String.starts_with?(to_string(form), "sigil_")
    length = if sigil?, do: Enum.sum(lines) + heredoc, else: 0
    Enum.max([told(meta) + length, last(parts)])
  end

  defp last({:<<>>, meta, parts}), do: Enum.max([told(meta), last(parts), quoted(meta)])

  defp last({form, meta, arguments}), do: Enum.max([told(meta), last(form), last(arguments)])
  defp last({left, right}), do: max(last(left), last(right))
  defp last(list) when is_list(list), do: list |> Enum.map(&last/1) |> Enum.max(fn -> 0 end)
  defp last(_), do: 0

  # The line on which a text in quotes ends, by what is written.
  defp quoted(meta) do
    if meta[:delimiter] && meta[:column] do
      lines = Process.get(:lines)
      rest = for at <- (meta[:line] - 1)..(tuple_size(lines) - 1), do: elem(lines, at)
      text = rest |> Enum.join("\n") |> String.slice((meta[:column] - 1)..-1)
      mark = Regex.escape(meta[:delimiter])

      case Regex.run(~r/^#{mark}(?:\\.|.)*?#{mark}/s, text) do
        [written] -> meta[:line] + length(String.split(written, "\n")) - 1
        nil -> 0
      end
    else
      0
    end
  end

  defp told(meta) do
    ends = for key <- [:closing, :end, :end_of_expression], do: meta[key][:line] || 0
    Enum.max([meta[:line] || 0 | ends])
  end
end

[folder] = System.argv()

for file <- Path.wildcard(Path.join(folder, "**/*.{ex,exs}"), match_dot: true) |> Enum.sort() do
  Functions.of(file, Path.relative_to(file, folder))
end
