// The functions of the files of a folder, as the compiler of TypeScript reads them.
//
// usage: node typescript_functions.mjs TYPESCRIPT FOLDER SUFFIX...
//
// A line each: path, qualified name, `async` or nothing, first line with decorators and export,
// first line, last line. A path alone is a file that was read.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";

const [home, folder, ...suffixes] = process.argv.slice(2);
const ts = createRequire(import.meta.url)(path.resolve(home, "lib/typescript.js"));
const kind = ts.SyntaxKind;
const PLACE = /^[A-Za-z0-9_$.]+$/;

function* files(at) {
  for (const entry of fs.readdirSync(at, { withFileTypes: true })) {
    const inner = path.join(at, entry.name);
    if (entry.isDirectory()) yield* files(inner);
    else if (suffixes.some((suffix) => entry.name.endsWith(suffix))) yield inner;
  }
}

const isFunction = (node) => ts.isArrowFunction(node) || ts.isFunctionExpression(node);
const isAssignment = (node) =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === kind.EqualsToken;
const hasFunctions = (object) =>
  ts.isObjectLiteralExpression(object) &&
  object.properties.some(
    (one) =>
      ts.isMethodDeclaration(one) ||
      ts.isAccessor(one) ||
      (ts.isPropertyAssignment(one) && isFunction(one.initializer)),
  );
const holdsFunctions = (object) =>
  hasFunctions(object) ||
  (ts.isObjectLiteralExpression(object) &&
    object.properties.some((one) => ts.isPropertyAssignment(one) && hasFunctions(one.initializer)));

class Reader {
  constructor(name, text) {
    const script = /\.[cm]?tsx?$/.test(name)
      ? name.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS
      : ts.ScriptKind.JSX;
    this.file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, script);
    this.name = name;
    this.lines = [name];
  }

  text(node) {
    return node.getText(this.file).replace(/^["'`]+|["'`]+$/g, "");
  }

  line(at) {
    return this.file.getLineAndCharacterOfPosition(at).line + 1;
  }

  // Where a definition begins, behind decorators and what exports or declares it.
  begin(node) {
    const aside = [kind.Decorator, kind.ExportKeyword, kind.DefaultKeyword, kind.DeclareKeyword];
    let at = node.getStart(this.file);
    for (const modifier of node.modifiers ?? []) {
      if (!aside.includes(modifier.kind)) return modifier.getStart(this.file);
      at = ts.skipTrivia(this.file.text, modifier.end);
    }
    return at;
  }

  tell(name, definition, whole, made) {
    const isAsync = (made.modifiers ?? []).some((one) => one.kind === kind.AsyncKeyword);
    const [first, last] = [this.begin(definition), definition.end];
    this.lines.push(
      [this.name, name, isAsync ? "async" : "", this.line(whole.getStart(this.file)),
        this.line(first), this.line(last)].join("\t"),
    );
  }

  // The statement of an assignment, around all assignments of the same value.
  statement(node) {
    while (isAssignment(node.parent) && node.parent.right === node) node = node.parent;
    return ts.isExpressionStatement(node.parent) ? node.parent : node;
  }

  // The place that is assigned to: a name, and what stands before it.
  place(left) {
    if (ts.isIdentifier(left)) return [this.text(left)];
    if (ts.isElementAccessExpression(left) && ts.isStringLiteral(left.argumentExpression)) {
      const before = this.text(left.expression);
      return PLACE.test(before) ? [this.text(left.argumentExpression), before] : undefined;
    }
    if (!ts.isPropertyAccessExpression(left)) return undefined;
    const before = this.text(left.expression);
    if (this.text(left) === "module.exports") return ["exports", "module"];
    if (["this", "self", "exports", "module.exports"].includes(before)) {
      return [this.text(left.name)];
    }
    if (before.endsWith(".prototype")) {
      return [this.text(left.name), before.slice(0, -".prototype".length)];
    }
    return PLACE.test(before) ? [this.text(left.name), before] : undefined;
  }

  // What a function expression is bound to: name, definition, all of it.
  bound(node) {
    let value = node;
    while (
      ts.isParenthesizedExpression(value.parent) ||
      ts.isAsExpression(value.parent) ||
      ts.isSatisfiesExpression(value.parent)
    ) {
      value = value.parent;
    }
    const declared = value.parent;
    if (ts.isVariableDeclaration(declared) && declared.initializer === value) {
      if (!ts.isIdentifier(declared.name)) return undefined;
      const list = declared.parent;
      const alone = list.declarations.length === 1 && ts.isVariableStatement(list.parent);
      return [this.text(declared.name), declared, alone ? list.parent : declared];
    }
    const parent = node.parent;
    const holds = ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent);
    if (holds && parent.initializer === node) {
      return [this.text(parent.name), parent, parent];
    }
    if (isAssignment(parent) && parent.right === node) {
      const place = this.place(parent.left);
      const own = place?.[1] === "module" && place[0] === "exports" && node.name;
      if (place && !own) {
        const [name, before] = place;
        return [before ? `${before}.${name}` : name, parent, this.statement(parent)];
      }
    }
    if (ts.isExportAssignment(parent) && !parent.isExportEquals && !node.name) {
      return ["default", parent, parent];
    }
    if (node.name) return [this.text(node.name), node, this.statement(node)];
    return undefined;
  }

  function(node) {
    if (ts.isFunctionDeclaration(node)) {
      return [node.name ? this.text(node.name) : "default", node, node];
    }
    if (isFunction(node)) return this.bound(node);
    const member =
      ts.isMethodDeclaration(node) || ts.isAccessor(node) || ts.isMethodSignature(node);
    const loose =
      member &&
      ts.isTypeLiteralNode(node.parent) &&
      !ts.isTypeAliasDeclaration(node.parent.parent);
    if (member && !loose) return [this.text(node.name), node, node];
    if (ts.isConstructorDeclaration(node)) return ["constructor", node, node];
    return undefined;
  }

  scope(node) {
    const parent = node.parent;
    if (ts.isClassDeclaration(node)) return node.name ? this.text(node.name) : "default";
    if (ts.isInterfaceDeclaration(node)) return this.text(node.name);
    if (ts.isModuleDeclaration(node)) {
      return node.flags & ts.NodeFlags.GlobalAugmentation ? undefined : this.text(node.name);
    }
    if (ts.isTypeAliasDeclaration(node)) {
      const methods =
        ts.isTypeLiteralNode(node.type) && node.type.members.some(ts.isMethodSignature);
      return methods ? this.text(node.name) : undefined;
    }
    if (ts.isClassExpression(node)) {
      if (node.name) return this.text(node.name);
      if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
        return this.text(parent.name);
      }
      if (isAssignment(parent)) return this.text(parent.left).replace(/[<[({].*/s, "");
      if (ts.isExportAssignment(parent)) return "default";
      return undefined;
    }
    if (!ts.isObjectLiteralExpression(node)) return undefined;
    if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) && holdsFunctions(node)) {
      return this.text(parent.name);
    }
    if (!hasFunctions(node)) return undefined;
    if (ts.isPropertyAssignment(parent)) {
      return ts.isIdentifier(parent.name) || ts.isStringLiteral(parent.name)
        ? this.text(parent.name)
        : undefined;
    }
    if (isAssignment(parent) && parent.right === node) {
      if (ts.isIdentifier(parent.left)) {
        return this.text(parent.left) === "exports" ? undefined : this.text(parent.left);
      }
      const left = this.text(parent.left);
      if (!ts.isPropertyAccessExpression(parent.left) || left === "module.exports") {
        return undefined;
      }
      return left.endsWith(".prototype")
        ? this.text(parent.left.expression)
        : this.text(parent.left.name);
    }
    return undefined;
  }

  visit(node, before) {
    const found = this.function(node);
    const scope = found ? undefined : this.scope(node);
    let name = before;
    if (found || scope) {
      const own = found ? found[0] : scope;
      name = before && before.length < 1000 ? `${before}.${own}` : own;
    }
    if (found) this.tell(name, found[1], found[2], node);
    ts.forEachChild(node, (child) => this.visit(child, name));
  }
}

for (const file of files(folder)) {
  const text = fs.readFileSync(file, "utf8");
  const reader = new Reader(path.relative(folder, file), text);
  reader.visit(reader.file, "");
  process.stdout.write(reader.lines.join("\n") + "\n");
}
