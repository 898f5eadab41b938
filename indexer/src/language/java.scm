(method_declaration name: (identifier) @function.name body: (block)? @function.body) @function
(constructor_declaration name: (identifier) @function.name body: (_) @function.body) @function
(compact_constructor_declaration
  name: (identifier) @function.name
  body: (_) @function.body) @function
(annotation_type_element_declaration name: (identifier) @function.name) @function

(variable_declarator
  name: (identifier) @function.name
  value: [
    (lambda_expression body: (_) @function.body)
    (cast_expression value: (lambda_expression body: (_) @function.body))]) @closure
(assignment_expression
  left: [(identifier) @function.name (field_access field: (_) @function.name)]
  right: (lambda_expression body: (_) @function.body)) @closure

(class_declaration name: (identifier) @scope.name) @scope
(interface_declaration name: (identifier) @scope.name) @scope
(enum_declaration name: (identifier) @scope.name) @scope
(record_declaration name: (identifier) @scope.name) @scope
(annotation_type_declaration name: (identifier) @scope.name) @scope
(enum_constant name: (identifier) @scope.name body: (class_body)) @scope
(object_creation_expression type: (_) @scope.name (class_body)) @scope

(method_invocation) @call
(object_creation_expression type: (_) @call.callee) @call

(import_declaration [(identifier) (scoped_identifier)] @import.module . ";") @import
(import_declaration (_) @import.module (asterisk) @import.alias) @import

(field_declaration
  type: (_) @binding.type
  declarator: (variable_declarator name: (identifier) @binding.name))
(local_variable_declaration
  type: [
    (type_identifier) (scoped_type_identifier) (generic_type)] @binding.type
  declarator: (variable_declarator name: (identifier) @binding.name))
((local_variable_declaration
  type: (type_identifier) @type
  declarator: (variable_declarator
    name: (identifier) @binding.name
    value: [(method_invocation) (object_creation_expression)] @binding.value))
  (#eq? @type "var"))
(formal_parameter type: (_) @binding.type name: (identifier) @binding.name)
(record_declaration
  name: (_) @binding.owner
  parameters: (formal_parameters
    (formal_parameter type: (_) @binding.type name: (identifier) @binding.name)))
((resource type: (_) @type name: (identifier) @binding.name value: (_) @binding.value)
  (#eq? @type "var"))
((resource type: (_) @binding.type name: (identifier) @binding.name)
  (#not-eq? @binding.type "var"))
(method_declaration type: (_) @binding.type name: (identifier) @binding.returned)
