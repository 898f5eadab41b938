
; What only JavaScript writes so.

(field_definition
  property: (_) @function.name
  value: [(arrow_function) (function_expression) (generator_function)] @function.value) @closure

(field_definition
  property: (_) @binding.name
  value: [(call_expression) (new_expression)] @binding.value)
