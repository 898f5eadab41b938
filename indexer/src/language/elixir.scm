; Functions; what is in their head is told in Rust, for a query that tells it takes long to compile.

((call target: (identifier) @definer (arguments)) @function
  (#any-of? @definer
    "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate" "defn" "defnp"))

((binary_operator
  left: (identifier) @function.name
  operator: "="
  right: (anonymous_function) @function.body) @closure
  (#not-eq? @function.name "_"))

; Modules.

((call
  target: (identifier) @definer
  (arguments . (_) @scope.name)
  (do_block)) @scope
  (#any-of? @definer "defmodule" "defprotocol" "defimpl"))

((call
  target: (identifier) @definer
  (arguments . (_) @scope.name)
  (do_block . (unary_operator
    operand: (call target: (identifier) @attribute)) @scope.doc)) @scope
  (#any-of? @definer "defmodule" "defprotocol")
  (#eq? @attribute "moduledoc"))

; Calls.

((call target: (identifier) @call.callee) @call
  (#not-any-of? @call.callee
    "def" "defp" "defmacro" "defmacrop" "defguard" "defguardp" "defdelegate" "defn" "defnp"
    "defmodule" "defprotocol" "defimpl" "defstruct" "defexception" "defoverridable"
    "alias" "import" "require" "use" "if" "unless" "case" "cond" "with" "for" "receive" "try"
    "quote" "unquote" "doc" "moduledoc" "typedoc" "spec" "type" "typep" "opaque" "callback"
    "macrocallback" "impl" "deprecated" "behaviour"))
(call target: (dot) @call.callee) @call

((call target: (identifier) @definer) @import
  (#any-of? @definer "alias" "import" "require" "use"))
