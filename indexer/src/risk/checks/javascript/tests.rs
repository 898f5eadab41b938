//! Tests of what only TypeScript writes.

use crate::{Language, risk};

/// The rules that a text of TypeScript breaks, with their lines.
fn broken(text: &str) -> Vec<(&'static str, usize)> {
    let language = Language::named("typescript").expect("a language");
    let found = risk::find(text, language).found;
    found.iter().map(|finding| (finding.rule.id, finding.span.first_line)).collect()
}

#[test]
fn types_hide_neither_a_handler_nor_what_it_calls() {
    let text = "import axios, { AxiosInstance } from \"axios\";\n\
                import type { Request, Response } from \"express\";\n\n\
                export async function price(req: Request, res: Response): Promise<void> {\n\
                \x20 const { data } = await axios.get<Price>(`${PRICES}/${req.params.id as string}`);\n\
                \x20 const other: AxiosInstance = axios.create({ baseURL: BASE });\n\
                \x20 res.json(data);\n}\n";
    let found = broken(text);
    for expected in
        [("no-timeout", 5), ("no-circuit-breaker", 5), ("no-timeout", 6), ("client-per-request", 6)]
    {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    let given = text.replace("as string}`)", "as string}`, { timeout: 1000 } as Options)");
    assert!(!broken(&given).contains(&("no-timeout", 5)));
}

#[test]
fn a_client_whose_type_says_what_it_is_is_known_in_its_methods() {
    let text = "import { PrismaClient } from \"@prisma/client\";\n\n\
                export class Orders {\n\
                \x20 constructor(private readonly prisma: PrismaClient) {}\n\n\
                \x20 async totals(ids: string[]): Promise<void> {\n\
                \x20   for (const id of ids) {\n\
                \x20     await this.prisma.order.findMany({ where: { id } });\n\
                \x20   }\n  }\n}\n";
    assert!(broken(text).contains(&("call-in-loop", 8)), "{:?}", broken(text));
    let unknown = text.replace("\"@prisma/client\"", "\"./prisma\"");
    assert!(!broken(&unknown).contains(&("call-in-loop", 8)));
}

#[test]
fn a_module_beside_the_file_is_not_the_library_of_its_name() {
    let text =
        "import axios from \"axios\";\n\nexport const get = (id) => axios.get(`${BASE}/${id}`);\n";
    assert!(broken(text).contains(&("no-timeout", 3)));
    assert_eq!(broken(&text.replace("\"axios\"", "\"../axios\"")), []);
}
