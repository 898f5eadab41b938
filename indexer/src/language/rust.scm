; What Rust looks like.

(function_item
  (function_modifiers "async" @function.async)?
  name: (_) @function.name
  body: (block) @function.body) @function

(function_signature_item
  (function_modifiers "async" @function.async)?
  name: (_) @function.name) @function

(let_declaration
  pattern: (identifier) @function.name
  value: (closure_expression "async"? @function.async body: (_) @function.body)) @closure
(const_item
  name: (identifier) @function.name
  value: (closure_expression body: (_) @function.body)) @closure
(static_item
  name: (identifier) @function.name
  value: (closure_expression body: (_) @function.body)) @closure

(mod_item name: (identifier) @scope.name body: (_)) @scope @scope.module
(impl_item type: (_) @scope.name) @scope
(trait_item name: (_) @scope.name) @scope
(struct_item name: (_) @scope.name) @scope
(enum_item name: (_) @scope.name) @scope
(union_item name: (_) @scope.name) @scope

(call_expression function: (_) @call.callee) @call

(macro_invocation (token_tree) @embedded)

(use_declaration) @import

(let_declaration
  pattern: [
    (identifier) @binding.name
    (tuple_struct_pattern type: (_) . (identifier) @binding.name .)
    (tuple_pattern . (identifier) @binding.name)
  ]
  value: [
    (await_expression)
    (call_expression)
    (field_expression)
    (identifier)
    (reference_expression)
    (try_expression)
  ] @binding.value)
(let_declaration pattern: (identifier) @binding.name type: (_) @binding.type)
(let_condition
  pattern: (tuple_struct_pattern type: (_) . (identifier) @binding.name .)
  value: (_) @binding.value)
(static_item name: (identifier) @binding.name type: (_) @binding.type)
(const_item name: (identifier) @binding.name type: (_) @binding.type)
(parameter
  pattern: [
    (identifier) @binding.name
    (mut_pattern (identifier) @binding.name)
    (tuple_struct_pattern type: (_) . (identifier) @binding.name .)
  ]
  type: (_) @binding.type)
(field_declaration name: (_) @binding.name type: (_) @binding.type)
(function_item name: (_) @binding.returned return_type: (_) @binding.type)
(type_item name: (_) @binding.extended type: (_) @binding.type)
; What wraps one thing alone is mostly used as that.
(struct_item
  name: (_) @binding.extended
  body: (ordered_field_declaration_list . (visibility_modifier)? . type: (_) @binding.type .))
