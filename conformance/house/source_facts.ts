/**
 * What the rules of the house need to know about one source file.
 *
 * The file is parsed by Deno's own linter, which offers its syntax tree to plugins inside
 * `deno test`; nothing is matched by regular expression.
 *
 * @module
 */

/** One import or re-export. */
export interface ImportFact {
  /** As written. */
  readonly specifier: string;
  /** Erased before the program runs. */
  readonly typeOnly: boolean;
  /** The line it begins on, from 1. */
  readonly line: number;
}

/** Constructs that some rule bans somewhere. */
export type ConstructKind =
  | "any"
  | "as"
  | "Proxy"
  | "decorator"
  | "eval"
  | "Deno.dlopen"
  | "instanceof Promise";

/** One use of such a construct. */
export interface ConstructFact {
  /** Which. */
  readonly kind: ConstructKind;
  /** The line it begins on, from 1. */
  readonly line: number;
}

/** Everything the rules ask of one file. */
export interface SourceFacts {
  /** Lines, as an editor counts them. */
  readonly lines: number;
  /** Static, dynamic and type imports, and re-exports. */
  readonly imports: readonly ImportFact[];
  /** String literals that are relative paths of scripts: workers and programs that are started. */
  readonly mentions: readonly string[];
  /** Uses of banned constructs. */
  readonly constructs: readonly ConstructFact[];
  /** Lines of top-level statements that a door may not have. */
  readonly ownStatements: readonly number[];
}

const SCRIPT = /^\.{1,2}\/.*\.(ts|mjs)$/;

/** Whether the statement is `if (import.meta.main) ...`: how a door is also a command. */
function isMainGuard(statement: Deno.lint.Node): boolean {
  return statement.type === "IfStatement" && statement.test.type === "MemberExpression" &&
    statement.test.object.type === "MetaProperty" &&
    statement.test.property.type === "Identifier" && statement.test.property.name === "main";
}

function isReExport(statement: Deno.lint.Node): boolean {
  return statement.type === "ExportAllDeclaration" ||
    (statement.type === "ExportNamedDeclaration" && statement.source !== null);
}

function isConstAssertion(node: Deno.lint.TSAsExpression): boolean {
  const type = node.typeAnnotation;
  return type.type === "TSTypeReference" && type.typeName.type === "Identifier" &&
    type.typeName.name === "const";
}

/** Reads the facts of one file. Works only inside `deno test`, and throws for a syntax error. */
export function sourceFacts(path: string, source: string): SourceFacts {
  const imports: ImportFact[] = [];
  const mentions: string[] = [];
  const constructs: ConstructFact[] = [];
  const ownStatements: number[] = [];
  const starts = [0];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  const lineOf = (node: Deno.lint.Node): number => {
    let line = 0;
    while (line < starts.length && starts[line]! <= node.range[0]) line++;
    return line;
  };
  const meets = (kind: ConstructKind, node: Deno.lint.Node): void => {
    constructs.push({ kind, line: lineOf(node) });
  };
  const importsFrom = (specifier: string, typeOnly: boolean, node: Deno.lint.Node): void => {
    imports.push({ specifier, typeOnly, line: lineOf(node) });
  };

  const visitor: Deno.lint.LintVisitor = {
    Program(node) {
      for (const statement of node.body) {
        const allowed = isReExport(statement) || isMainGuard(statement) ||
          statement.type === "ImportDeclaration";
        if (!allowed) ownStatements.push(lineOf(statement));
      }
    },
    ImportDeclaration(node) {
      const typeOnly = node.importKind === "type" ||
        (node.specifiers.length > 0 &&
          node.specifiers.every((one) =>
            one.type === "ImportSpecifier" && one.importKind === "type"
          ));
      importsFrom(node.source.value, typeOnly, node);
    },
    ExportNamedDeclaration(node) {
      if (node.source !== null) {
        importsFrom(node.source.value, node.exportKind === "type", node);
      }
    },
    ExportAllDeclaration(node) {
      importsFrom(node.source.value, node.exportKind === "type", node);
    },
    ImportExpression(node) {
      if (node.source.type === "Literal" && typeof node.source.value === "string") {
        importsFrom(node.source.value, false, node);
      }
    },
    TSImportType(node) {
      const argument = node.argument;
      if (argument.type === "TSLiteralType" && argument.literal.type === "Literal") {
        importsFrom(String(argument.literal.value), true, node);
      }
    },
    Literal(node) {
      if (typeof node.value === "string" && SCRIPT.test(node.value)) mentions.push(node.value);
    },
    TSAnyKeyword: (node) => meets("any", node),
    TSAsExpression(node) {
      if (!isConstAssertion(node)) meets("as", node);
    },
    TSTypeAssertion: (node) => meets("as", node),
    Decorator: (node) => meets("decorator", node),
    Identifier(node) {
      if (node.name === "Proxy") meets("Proxy", node);
    },
    CallExpression(node) {
      if (node.callee.type === "Identifier" && node.callee.name === "eval") meets("eval", node);
    },
    NewExpression(node) {
      if (node.callee.type === "Identifier" && node.callee.name === "Function") meets("eval", node);
    },
    MemberExpression(node) {
      if (
        node.object.type === "Identifier" && node.object.name === "Deno" &&
        node.property.type === "Identifier" && node.property.name === "dlopen"
      ) meets("Deno.dlopen", node);
    },
    BinaryExpression(node) {
      if (
        node.operator === "instanceof" && node.right.type === "Identifier" &&
        node.right.name === "Promise"
      ) meets("instanceof Promise", node);
    },
  };
  Deno.lint.runPlugin({ name: "house", rules: { facts: { create: () => visitor } } }, path, source);
  const lines = source.endsWith("\n") ? starts.length - 1 : starts.length;
  return { lines, imports, mentions, constructs, ownStatements };
}
