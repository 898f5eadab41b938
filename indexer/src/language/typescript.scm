
; What only TypeScript has.

(public_field_definition
  name: (_) @function.name
  value: [(arrow_function) (function_expression) (generator_function)] @function.value) @closure

(function_signature
  "async"? @function.async
  name: (identifier) @function.name) @function
(class_body (method_signature "async"? @function.async name: (_) @function.name) @function)
(class_body (abstract_method_signature name: (_) @function.name) @function)
(interface_body (method_signature name: (_) @function.name) @function)
(type_alias_declaration
  value: (object_type (method_signature name: (_) @function.name) @function))

(abstract_class_declaration name: (_) @scope.name) @scope
(interface_declaration name: (_) @scope.name) @scope
(type_alias_declaration name: (_) @scope.name value: (object_type (method_signature))) @scope
(internal_module name: (_) @scope.name) @scope
(module name: (_) @scope.name) @scope

(variable_declarator
  name: (identifier) @function.name
  value: [
    (as_expression (parenthesized_expression
      [(arrow_function) (function_expression)] @function.value))
    (satisfies_expression (parenthesized_expression
      [(arrow_function) (function_expression)] @function.value))]) @closure

(public_field_definition
  name: (_) @binding.name
  value: [(call_expression) (new_expression)] @binding.value)
(public_field_definition name: (_) @binding.name type: (type_annotation (_) @binding.type))
(variable_declarator name: (_) @binding.name type: (type_annotation (_) @binding.type))
(required_parameter
  pattern: (identifier) @binding.name
  type: (type_annotation (_) @binding.type))
(optional_parameter
  pattern: (identifier) @binding.name
  type: (type_annotation (_) @binding.type))

; constructor(private readonly client: Client) makes a member.
(class_declaration
  name: (_) @binding.owner
  body: (class_body (method_definition
    parameters: (formal_parameters (required_parameter
      [(accessibility_modifier) "readonly"]
      pattern: (identifier) @binding.name
      type: (type_annotation (_) @binding.type))))))

(function_declaration
  name: (_) @binding.returned
  return_type: (type_annotation (_) @binding.type))
(method_definition
  name: (_) @binding.returned
  return_type: (type_annotation (_) @binding.type))
