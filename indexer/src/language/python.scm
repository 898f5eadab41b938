; What Python looks like.

(function_definition
  "async"? @function.async
  name: (identifier) @function.name
  body: (block . (expression_statement . (string) @function.doc)? ) @function.body) @function

(assignment
  left: (identifier) @function.name
  right: (lambda body: (_) @function.body)) @closure

(class_definition
  name: (identifier) @scope.name
  body: (block . (expression_statement . (string) @scope.doc)?)) @scope

(call function: (_) @call.callee) @call

(import_statement name: (dotted_name) @import.module) @import
(import_statement
  name: (aliased_import name: (_) @import.module alias: (_) @import.alias)) @import
(import_from_statement
  module_name: (_) @import.module
  name: (dotted_name) @import.name) @import
(import_from_statement
  module_name: (_) @import.module
  name: (aliased_import name: (_) @import.name alias: (_) @import.alias)) @import

(assignment
  left: [(identifier) (attribute)] @binding.name
  right: [
    (identifier) @binding.value
    (attribute) @binding.value
    (call function: (_) @binding.value)
    (await (call function: (_) @binding.value))
    (boolean_operator right: (call function: (_) @binding.value))
    (conditional_expression (call function: (_) @binding.value))
    (subscript value: (identifier) @annotated) @binding.type
  ]
  (#eq? @annotated "Annotated"))
(assignment left: [(identifier) (attribute)] @binding.name type: (type) @binding.type)
(named_expression name: (identifier) @binding.name value: (call function: (_) @binding.value))
(for_statement left: (identifier) @binding.name right: (call function: (_) @binding.value))
(typed_parameter . (identifier) @binding.name type: (type) @binding.type)
(typed_default_parameter name: (identifier) @binding.name type: (type) @binding.type)
(as_pattern
  [(call function: (_) @binding.value) (await (call function: (_) @binding.value))]
  alias: (as_pattern_target [(identifier) (attribute)] @binding.name))
(function_definition name: (identifier) @binding.returned return_type: (type) @binding.type)
(function_definition
  name: (identifier) @binding.returned
  !return_type
  body: (block (return_statement (call function: (_) @binding.value))))
(decorated_definition
  (decorator [(call function: (_) @binding.value) (_) @binding.value])
  definition: (function_definition name: (identifier) @binding.returned)
  (#match? @binding.value "task$"))
(class_definition
  name: (identifier) @binding.extended
  superclasses: (argument_list . [(identifier) (attribute)] @binding.type))
