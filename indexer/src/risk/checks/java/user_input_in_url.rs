//! What a user sends, in the address of a call.

use crate::risk::check::{Callee, Check, Condition, Examples, Place};

/// A parameter that comes from the request.
const FROM_REQUEST: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((formal_parameter
          (modifiers [(annotation name: (_) @name) (marker_annotation name: (_) @name)])
          type: (type_identifier) @type
          name: (identifier) @same) @it
          (#any-of? @name "PathVariable" "RequestParam" "RequestHeader" "RequestBody" "CookieValue"
            "QueryParam" "PathParam" "HeaderParam" "FormParam" "QueryValue")
          (#any-of? @type "String" "URI" "URL"))
        ((local_variable_declaration
          declarator: (variable_declarator
            name: (identifier) @same
            value: (method_invocation name: (identifier) @name)))
          (#any-of? @name "getParameter" "getQueryParam" "queryParam")) @it
    "#,
    callee: Callee::Any,
};

/// A look at it before.
const CHECKED: Condition = Condition {
    place: Place::Function,
    query: r#"
        ((method_invocation name: (identifier) @it)
          (#match? @it "(?i)encode|validat|sanitiz|allow|check|matches|verify|^is[A-Z]|^contains$"))
    "#,
    callee: Callee::Any,
};

const FIX: &str = "Give it as a variable of the template, `getForObject(BASE + \"/{item}\", T.class, \
                   item)`, or through `UriComponentsBuilder.pathSegment(item)`, which encode it; a \
                   host only from a list.";

pub(super) static CHECKS: &[Check] = &[
    Check {
        rule: "user-input-in-url",
        query: r#"
            (method_invocation arguments: (argument_list [
              (identifier) @same
              (binary_expression (identifier) @same)
              (binary_expression (binary_expression (identifier) @same))
              (binary_expression (binary_expression (binary_expression (identifier) @same)))
              (method_invocation name: (identifier) arguments: (argument_list [
                (identifier) @same
                (binary_expression (identifier) @same)
                (binary_expression (binary_expression (identifier) @same))]))
            ] .)) @callee @risk
            (method_invocation arguments: (argument_list . [
              (identifier) @same
              (binary_expression (identifier) @same)
              (binary_expression (binary_expression (identifier) @same))
              (binary_expression (binary_expression (binary_expression (identifier) @same)))
              (method_invocation name: (identifier) arguments: (argument_list [
                (identifier) @same
                (binary_expression (identifier) @same)
                (binary_expression (binary_expression (identifier) @same))]))
            ] (_))) @callee @risk
        "#,
        callee: Callee::Resolved(&["java.net.URI.create"]),
        only: &[FROM_REQUEST],
        unless: &[CHECKED],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import java.net.URI;\n\nclass Shop {\n    @GetMapping(\"/items/{item}\")\n    Object item(@PathVariable String item) {\n        return load(URI.create(\"http://stock/\" + item));\n    }\n}\n",
                "import java.net.*;\n\nclass Preview {\n    @GetMapping(\"/preview\")\n    Object preview(@RequestParam(\"address\") String address) {\n        return load(URI.create(address));\n    }\n}\n",
            ],
            good: &[
                "import org.springframework.web.client.RestTemplate;\n\nclass Shop {\n    private final RestTemplate rest;\n\n    @GetMapping(\"/items/{item}\")\n    Object item(@PathVariable String item) {\n        return rest.getForObject(\"http://stock/{item}\", Item.class, item);\n    }\n}\n",
                "import java.net.URI;\n\nclass Shop {\n    Object item(String item) {\n        return load(URI.create(\"http://stock/\" + item));\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "user-input-in-url",
        query: r#"
            (method_invocation arguments: (argument_list . [
              (identifier) @same
              (binary_expression (identifier) @same)
              (binary_expression (binary_expression (identifier) @same))
              (binary_expression (binary_expression (binary_expression (identifier) @same)))
            ])) @callee @risk
        "#,
        callee: Callee::Resolved(&[
            "org.springframework.web.client.RestTemplate|RestOperations.getFor*|postFor*|exchange",
            "org.springframework.web.client.RestTemplate|RestOperations.put|delete|execute",
            "org.springframework.web.reactive.function.client.WebClient.**.uri",
            "org.springframework.web.client.RestClient.**.uri",
        ]),
        only: &[FROM_REQUEST],
        unless: &[CHECKED],
        fix: FIX,
        examples: Examples {
            bad: &[
                r#"import org.springframework.web.client.RestTemplate;

class Shop {
    private final RestTemplate rest;

    @GetMapping("/items/{item}")
    Item item(@PathVariable String item) {
        return rest.getForObject("http://stock/items/" + item, Item.class);
    }
}
"#,
                "import org.springframework.web.reactive.function.client.WebClient;\n\nclass Preview {\n    private final WebClient client;\n\n    @GetMapping(\"/preview\")\n    Object preview(@RequestParam String address) {\n        return client.get().uri(address).retrieve();\n    }\n}\n",
            ],
            good: &[
                r#"import org.springframework.web.client.RestTemplate;

class Shop {
    private final RestTemplate rest;

    @GetMapping("/items/{item}")
    Item item(@PathVariable String item) {
        return rest.getForObject("http://stock/items/{item}", Item.class, item);
    }
}
"#,
                "import org.springframework.web.client.RestTemplate;\n\nclass Shop {\n    private final RestTemplate rest;\n\n    @GetMapping(\"/items/{item}\")\n    Item item(@PathVariable long item) {\n        return rest.getForObject(\"http://stock/items/\" + item, Item.class);\n    }\n}\n",
            ],
        },
    },
    Check {
        rule: "user-input-in-url",
        query: r#"
            (object_creation_expression type: (_) @callee arguments: (argument_list . [
              (identifier) @same
              (binary_expression (identifier) @same)
              (binary_expression (binary_expression (identifier) @same))
            ])) @risk
        "#,
        callee: Callee::Resolved(&["java.net.URL", "java.net.URI"]),
        only: &[FROM_REQUEST],
        unless: &[CHECKED],
        fix: FIX,
        examples: Examples {
            bad: &[
                "import java.net.URL;\n\nclass Preview {\n    @GetMapping(\"/preview\")\n    byte[] preview(@RequestParam String address) throws Exception {\n        return new URL(address).openStream().readAllBytes();\n    }\n}\n",
                "import java.net.URL;\n\nclass Preview extends HttpServlet {\n    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws java.io.IOException {\n        String address = request.getParameter(\"address\");\n        new URL(\"http://\" + address).openStream().transferTo(response.getOutputStream());\n    }\n}\n",
            ],
            good: &[
                "import java.net.URL;\n\nclass Preview {\n    @GetMapping(\"/preview\")\n    byte[] preview(@RequestParam String address) throws Exception {\n        if (!allowed(address)) throw new Refused();\n        return new URL(address).openStream().readAllBytes();\n    }\n\n    boolean allowed(String address) {\n        return HOSTS.contains(address);\n    }\n}\n",
                "import java.net.URL;\n\nclass Preview {\n    byte[] preview(String address) throws Exception {\n        return new URL(address).openStream().readAllBytes();\n    }\n}\n",
            ],
        },
    },
];
