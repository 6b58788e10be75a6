// Owns what a cell's `import` and its declarations at the top bind.
import type { Scope } from 'eslint-scope';
import type { ImportDeclaration, Node } from 'estree';

/** `imported` is `*` for the whole module. */
export interface ImportedName {
  readonly imported: string;
  readonly local: string;
}

/** The names of an import declaration. */
export function importedNames({ specifiers }: ImportDeclaration): ImportedName[] {
  return specifiers.map((specifier) => {
    const local = specifier.local.name;
    if (specifier.type === 'ImportNamespaceSpecifier') return { imported: '*', local };
    if (specifier.type === 'ImportDefaultSpecifier') return { imported: 'default', local };
    const { imported } = specifier;
    return { imported: imported.type === 'Identifier' ? imported.name : String(imported.value), local };
  });
}

/** The identifiers that stand in declarations of a cell's top. */
export function bindingsOf(module: Scope): ReadonlySet<Node> {
  return new Set(module.variables.flatMap(({ defs }) => defs.map(({ name }) => name as Node)));
}
