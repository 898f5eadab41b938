; What Go looks like.

(function_declaration
  name: (identifier) @function.name
  body: (block)? @function.body) @function

(method_declaration
  receiver: (parameter_list (parameter_declaration type: (_) @function.receiver))
  name: (field_identifier) @function.name
  body: (block)? @function.body) @function

(type_spec
  type: (interface_type (method_elem name: (field_identifier) @function.name) @function))
(type_alias
  type: (interface_type (method_elem name: (field_identifier) @function.name) @function))

(short_var_declaration
  left: (expression_list . (identifier) @function.name .)
  right: (expression_list . (func_literal body: (block) @function.body) .)) @closure
(assignment_statement
  left: (expression_list . (identifier) @function.name .)
  right: (expression_list . (func_literal body: (block) @function.body) .)) @closure
(var_spec
  name: (identifier) @function.name
  value: (expression_list . (func_literal body: (block) @function.body) .)) @closure

(type_spec
  name: (type_identifier) @scope.name
  type: [(struct_type) (interface_type)]) @scope
(type_alias
  name: (type_identifier) @scope.name
  type: [(struct_type) (interface_type)]) @scope

(call_expression function: (_) @call.callee) @call

(import_spec name: (_)? @import.alias path: (_) @import.module) @import

(short_var_declaration
  left: (expression_list . (identifier) @binding.name)
  right: (expression_list . [
    (call_expression function: (_) @binding.value)
    (identifier) @binding.value
    (selector_expression) @binding.value
    (composite_literal type: (_) @binding.type)
    (unary_expression operand: (composite_literal type: (_) @binding.type))
    (type_assertion_expression type: (_) @binding.type)
  ]))
(assignment_statement
  left: (expression_list . [(identifier) (selector_expression)] @binding.name)
  right: (expression_list . [
    (call_expression function: (_) @binding.value)
    (unary_expression operand: (composite_literal type: (_) @binding.type))
  ]))
(var_spec
  name: (identifier) @binding.name
  !type
  value: (expression_list . [
    (call_expression function: (_) @binding.value)
    (composite_literal type: (_) @binding.type)
    (unary_expression operand: (composite_literal type: (_) @binding.type))
  ]))
(var_spec name: (identifier) @binding.name type: (_) @binding.type)
(parameter_declaration name: (identifier) @binding.name type: (_) @binding.type)
(field_declaration name: (field_identifier) @binding.name type: (_) @binding.type)
(function_declaration
  name: (identifier) @binding.returned
  result: [
    (parameter_list . (parameter_declaration type: (_) @binding.type))
    [(generic_type) (pointer_type) (qualified_type) (type_identifier)] @binding.type
  ])
(method_declaration
  receiver: (parameter_list (parameter_declaration type: (_) @binding.owner))
  name: (field_identifier) @binding.returned
  result: [
    (parameter_list . (parameter_declaration type: (_) @binding.type))
    [(generic_type) (pointer_type) (qualified_type) (type_identifier)] @binding.type
  ])
(type_spec
  name: (type_identifier) @binding.extended
  type: [
    (qualified_type) @binding.type
    (struct_type (field_declaration_list (field_declaration !name type: (_) @binding.type)))
  ])
(type_alias name: (type_identifier) @binding.extended type: (_) @binding.type)
