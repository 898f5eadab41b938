; What JavaScript and TypeScript have in common.

; Functions.

([(function_declaration name: (_) @function.name)
  (generator_function_declaration name: (_) @function.name)
  (function_expression name: (_) @function.name)
  (generator_function name: (_) @function.name)
  (method_definition name: (_) @function.name)] @function @function.value)

; Functions bound to a variable or a property.

(variable_declarator
  name: (identifier) @function.name
  value: [
    (arrow_function) @function.value
    (function_expression) @function.value
    (generator_function) @function.value
    (parenthesized_expression
      [(arrow_function) (function_expression) (generator_function)] @function.value)]) @closure

(pair
  key: (_) @function.name
  value: [(arrow_function) (function_expression) (generator_function)] @function.value) @closure

(assignment_expression
  left: (identifier) @function.name
  right: [(arrow_function) (function_expression) (generator_function)] @function.value) @closure

; this.name = function () {}, exports.name = ..., module.exports.name = ...
((assignment_expression
  left: (member_expression object: (_) @object property: (_) @function.name) @whole
  right: [(arrow_function) (function_expression) (generator_function)] @function.value) @closure
  (#any-of? @object "this" "self" "exports" "module.exports")
  (#not-eq? @whole "module.exports"))

; module.exports = function () {}
((assignment_expression
  left: (member_expression
    object: (identifier) @function.receiver
    property: (_) @function.name) @whole
  right: [
    (arrow_function) (function_expression !name) (generator_function !name)
  ] @function.value) @closure
  (#eq? @whole "module.exports"))

; Type.prototype.name = function () {}
((assignment_expression
  left: (member_expression
    object: (member_expression object: (_) @function.receiver property: (_) @prototype)
    property: (_) @function.name)
  right: [(arrow_function) (function_expression) (generator_function)] @function.value) @function
  (#eq? @prototype "prototype"))

; value.name = function () {}
((assignment_expression
  left: (member_expression object: (_) @function.receiver property: (_) @function.name) @whole
  right: [(arrow_function) (function_expression) (generator_function)] @function.value) @closure
  (#match? @function.receiver "^[A-Za-z0-9_$.]+$")
  (#not-any-of? @function.receiver "this" "self" "exports" "module.exports")
  (#not-match? @function.receiver "\\.prototype$")
  (#not-eq? @whole "module.exports"))

; value["name"] = function () {}
((assignment_expression
  left: (subscript_expression object: (_) @function.receiver index: (string) @function.name)
  right: [(arrow_function) (function_expression) (generator_function)] @function.value) @closure
  (#match? @function.receiver "^[A-Za-z0-9_$.]+$"))

(export_statement
  "default" @function.name
  value: [
    (arrow_function) (function_expression !name) (generator_function !name)
  ] @function.value) @function

; Classes, and objects that have functions.

(class_declaration name: (_) @scope.name) @scope
(class name: (_) @scope.name) @scope
(variable_declarator name: (identifier) @scope.name value: (class !name)) @scope
(assignment_expression left: (_) @scope.name right: (class !name)) @scope
(export_statement "default" @scope.name value: (class !name)) @scope

(variable_declarator
  name: (identifier) @scope.name
  value: (object [
    (method_definition)
    (pair value: [(arrow_function) (function_expression) (generator_function)])
    (pair value: (object [
      (method_definition)
      (pair value: [(arrow_function) (function_expression) (generator_function)])]))])) @scope

(pair
  key: [(property_identifier) (string)] @scope.name
  value: (object [
    (method_definition)
    (pair value: [(arrow_function) (function_expression) (generator_function)])])) @scope

((assignment_expression
  left: (_) @scope.name
  right: (object [
    (method_definition)
    (pair value: [(arrow_function) (function_expression) (generator_function)])])) @scope
  (#match? @scope.name "^[A-Za-z0-9_$]+$")
  (#not-any-of? @scope.name "exports"))

((assignment_expression
  left: (member_expression object: (_) @object property: (_) @scope.name) @whole
  right: (object [
    (method_definition)
    (pair value: [(arrow_function) (function_expression) (generator_function)])])) @scope
  (#not-eq? @whole "module.exports")
  (#not-match? @whole "\\.prototype$"))

; Type.prototype = {}
((assignment_expression
  left: (member_expression object: (_) @scope.name property: (_) @prototype)
  right: (object [
    (method_definition)
    (pair value: [(arrow_function) (function_expression) (generator_function)])])) @scope
  (#eq? @prototype "prototype"))

; Calls.

(call_expression function: (_) @call.callee) @call
(new_expression constructor: (_) @call.callee) @call

; Imports; which names they bring is told in Rust.

(import_statement) @import
((call_expression
  function: [(identifier) (import)] @require
  arguments: (arguments . (string))) @import
  (#any-of? @require "require" "import"))

; What values are made by.

((variable_declarator
  name: (identifier) @binding.name
  value: [
    (identifier) (member_expression) (call_expression) (new_expression) (await_expression)
  ] @binding.value)
  (#not-match? @binding.value "^(await )?(require|import) *\\("))

((variable_declarator
  name: (object_pattern [
    (shorthand_property_identifier_pattern) @binding.name @binding.part
    (pair_pattern key: (property_identifier) @binding.part value: (identifier) @binding.name)])
  value: [
    (identifier) (member_expression) (call_expression) (new_expression) (await_expression)
  ] @binding.value)
  (#not-match? @binding.value "^(await )?(require|import) *\\("))

(assignment_expression
  left: [(identifier) (member_expression)] @binding.name
  right: [(call_expression) (new_expression) (await_expression)] @binding.value)
