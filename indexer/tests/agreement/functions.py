"""What Python's own parser says of the functions of a folder, a line each.

path, qualified name, `async` or nothing, first line with decorators, first line, last line.
"""

import ast
import pathlib
import sys

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def tell(path, name, node, decorators=()):
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    kind = "async" if isinstance(node, ast.AsyncFunctionDef) else ""
    print(path, name, kind, first, node.lineno, node.end_lineno, sep="\t")


def bound_to(node):
    """The name that a lambda is bound to by an assignment."""
    if not isinstance(getattr(node, "value", None), ast.Lambda):
        return None
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    elif isinstance(node, ast.AnnAssign):
        target = node.target
    else:
        return None
    return target.id if isinstance(target, ast.Name) else None


def walk(path, node, within):
    for child in ast.iter_child_nodes(node):
        inner = within
        if isinstance(child, FUNCTIONS):
            inner = [*within, child.name]
            tell(path, ".".join(inner), child, child.decorator_list)
        elif isinstance(child, ast.ClassDef):
            inner = [*within, child.name]
        elif name := bound_to(child):
            inner = [*within, name]
            tell(path, ".".join(inner), child)
        walk(path, child, inner)


folder = pathlib.Path(sys.argv[1])
for file in sorted(folder.rglob("*.py")):
    path = str(file.relative_to(folder))
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError) as error:
        print(path, "!", error, sep="\t")
        continue
    print(path)
    walk(path, tree, [])
