// What the code tells of parameters: their order, and the values that they have by default, from `x = 1` in a list of parameters, from
// the object of defaults that parseArgs is given, and from settings that a function and its layer share.
import ts from 'typescript';

/** What makes functions that take their parameters by name, from a text such as `cat(tensors: tensors, dim?)`. */
const CALLABLES = /^(callable|checked|method)$/;

/** What reads the parameters of a call. */
const PARSERS = /^(parseArgs|parseSettings|lazyArguments)$/;

/** Names of what holds defaults. */
const GIVEN = /^(defaults|settings)$|(Defaults|Settings)$/;

/** How many functions deep the defaults may stand. */
const DEEPEST = 3;

/**
 * @param {readonly ts.Signature[]} signatures of one function
 * @param {readonly ts.Node[]} declarations of what it is exported as
 * @param {ts.TypeChecker} checker
 * @returns {{ fallbacks: Map<string, string>, order: string[] }} code by the names of parameters, and these names
 */
export function defaultsOf(signatures, declarations, checker) {
  /** @type {Map<string, string>} */
  const fallbacks = new Map();
  /** @type {string[]} */
  const order = [];
  const seen = new Set();
  /** @param {ts.Node} node @param {number} depth @param {number} [within] functions around it */
  const look = (node, depth, within = 0) => {
    if (depth > DEEPEST || seen.has(node)) return;
    seen.add(node);
    const isOwn = within === 1 && depth <= 1 && ts.isParameter(node);
    if (isOwn && node.initializer && ts.isIdentifier(node.name)) keep(node.name.text, node.initializer);
    if (ts.isCallExpression(node)) inCall(node, depth);
    ts.forEachChild(node, (child) => look(child, depth, within + (ts.isFunctionLike(node) ? 1 : 0)));
  };
  /** @param {string} name @param {ts.Expression} value */
  const keep = (name, value) => {
    const plain = plainOf(value);
    order.push(name);
    if (plain && !fallbacks.has(name)) fallbacks.set(name, plain.getText());
  };
  /** @param {ts.CallExpression} call @param {number} depth */
  const inCall = (call, depth) => {
    const name = call.expression.getText();
    if (CALLABLES.test(name)) order.push(...namesIn(call.arguments[0]));
    if (PARSERS.test(name)) order.push(...textsIn(call.arguments[1]));
    if (name === 'takes') for (const part of call.arguments.slice(1)) inEntries(part);
    if (/^\w+\.read$/.test(name) && ts.isPropertyAccessExpression(call.expression)) {
      const table = meantBy(call.expression.expression, checker);
      if (table && !seen.has(table)) look(table, depth);
    }
    if (call.expression.kind === ts.SyntaxKind.SuperKeyword) {
      const base = checker.getResolvedSignature(call);
      for (const each of base ? implementations(base) : []) look(each, depth + 1);
    }
    for (const [i, argument] of call.arguments.entries()) {
      const value = meantBy(argument, checker);
      const isDefaults = (PARSERS.test(name) && i > 0) || GIVEN.test(argument.getText());
      if (isDefaults && value && ts.isObjectLiteralExpression(value)) members(value);
      else if (value && (ts.isFunctionDeclaration(value) || ts.isArrowFunction(value))) look(value, depth + 1);
      else if (value && ts.isCallExpression(value) && /Slides/.test(value.expression.getText())) inEntries(value);
    }
    const callee = meantBy(call.expression, checker);
    if (callee && (ts.isFunctionDeclaration(callee) || ts.isArrowFunction(callee))) {
      if (
        depth < DEEPEST &&
        (starts.includes(call) ||
          /[aA]rgs|[aA]rguments|[oO]ptions|[dD]efaults|[sS]ettings/.test(
            call.arguments.map((each) => each.getText()).join(),
          ))
      )
        look(callee, depth + 1);
    }
  };
  /** A part of a table of parameters, or a function that gives one. @param {ts.Expression} part */
  const inEntries = (part) => {
    const entries = meantBy(part, checker);
    if (entries && ts.isCallExpression(entries)) {
      const made = meantBy(entries.expression, checker);
      if (made && ts.isArrowFunction(made)) inEntries(/** @type {ts.Expression} */ (made.body));
    }
    if (!entries || !ts.isObjectLiteralExpression(entries)) return;
    for (const member of entries.properties) {
      if (ts.isSpreadAssignment(member)) inEntries(member.expression);
      else if (ts.isPropertyAssignment(member) && isOptional(member.initializer))
        keep(member.name.getText(), /** @type {ts.CallExpression} */ (member.initializer).arguments[1]);
      else if (member.name) order.push(member.name.getText());
    }
  };
  const isOptional = (/** @type {ts.Expression} */ entry) =>
    ts.isCallExpression(entry) && entry.expression.getText() === 'or';
  /** @param {ts.ObjectLiteralExpression} object */
  const members = (object) => {
    if (object.properties.some((member) => member.name?.getText() === 'defaults')) return inSettings(object);
    for (const member of object.properties) {
      if (ts.isPropertyAssignment(member)) keep(member.name.getText(), member.initializer);
      if (ts.isSpreadAssignment(member)) {
        const value = meantBy(member.expression, checker);
        if (value && ts.isObjectLiteralExpression(value)) members(value);
      }
    }
  };
  /** @param {ts.ObjectLiteralExpression} settings */
  const inSettings = (settings) => {
    for (const member of settings.properties) {
      const of = ts.isSpreadAssignment(member) ? member.expression : undefined;
      const spread = of && meantBy(of, checker);
      if (spread && ts.isObjectLiteralExpression(spread)) members(spread);
      if (!ts.isPropertyAssignment(member)) continue;
      const value = meantBy(member.initializer, checker);
      if (member.name.getText() === 'required') order.push(...textsIn(member.initializer));
      if (member.name.getText() !== 'defaults' || !value) continue;
      if (ts.isObjectLiteralExpression(value)) members(value);
      else if (ts.isCallExpression(value)) inEntries(value.arguments[0]);
    }
  };
  /** What a definition of a metric says, and the table of options behind it. @param {ts.Node | undefined} node */
  const inDefinition = (node) => {
    if (!node || seen.has(node)) return;
    seen.add(node);
    if (ts.isClassDeclaration(node)) for (const call of madeBy(node, checker)) inDefinition(call);
    if (ts.isArrowFunction(node)) inDefinition(bareOf(/** @type {ts.Expression} */ (node.body)));
    if (ts.isPropertyAccessExpression(node)) inDefinition(meantBy(node.expression, checker));
    if (ts.isObjectLiteralExpression(node)) inTable(node);
    if (!ts.isCallExpression(node)) return;
    for (const argument of node.arguments) inDefinition(meantBy(argument, checker));
    inDefinition(meantBy(node.expression, checker));
  };
  /** @param {ts.ObjectLiteralExpression} table */
  const inTable = (table) => {
    const named = (/** @type {string} */ name) => table.properties.find((member) => member.name?.getText() === name);
    const own = named('order');
    if (own && ts.isPropertyAssignment(own))
      order.push(...textsIn(/** @type {ts.Expression} */ (meantBy(own.initializer, checker))));
    const given = named('defaults');
    if (given && ts.isPropertyAssignment(given)) inDefinition(meantBy(given.initializer, checker));
    for (const member of table.properties) {
      if (ts.isSpreadAssignment(member)) inDefinition(meantBy(member.expression, checker));
      else if (!own && !given && ts.isPropertyAssignment(member)) keep(member.name.getText(), member.initializer);
    }
  };
  for (const each of declarations) {
    if (ts.isClassDeclaration(each) && each.getSourceFile().fileName.includes('/src/doors/metrics/'))
      inDefinition(each);
    if (ts.isArrayLiteralExpression(each)) order.push(...textsIn(each));
    if (ts.isObjectLiteralExpression(each)) members(each);
  }
  const starts = [
    ...signatures.flatMap(implementations),
    ...declarations.flatMap((each) => (ts.isVariableDeclaration(each) && each.initializer ? [each.initializer] : [])),
    ...declarations.flatMap((each) => madeBy(each, checker)),
  ];
  for (const start of starts) look(start, 0);
  return { fallbacks, order };
}

/** The call that makes the base of a class. @param {ts.Node} declaration @param {ts.TypeChecker} checker @returns {ts.Node[]} */
function madeBy(declaration, checker) {
  if (!ts.isClassDeclaration(declaration)) return [];
  const base = declaration.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
  const made = base && meantBy(base.expression, checker);
  return made && ts.isCallExpression(made) ? [made] : [];
}

/**
 * What a class states in its `definition`, as classes of `lamplight/interpret` do: the defaults that it is `made` with, what its method
 * `takes` by default, and the names that are `required`.
 * @param {ts.Type} type of its instances
 * @param {'made' | 'takes' | 'required'} key
 * @param {ts.TypeChecker} checker
 * @returns {ts.Node[]}
 */
export function definedBy(type, key, checker) {
  const getter = checker.getPropertyOfType(type, 'definition')?.valueDeclaration;
  if (!getter || !ts.isGetAccessor(getter)) return [];
  const returned = getter.body?.statements.find(ts.isReturnStatement)?.expression;
  const found = returned && memberOf(returned, key, checker);
  return found ? [found] : [];
}

/**
 * @param {ts.Expression} expression of an object, or of a call of a function that gives one
 * @param {string} key
 * @param {ts.TypeChecker} checker
 * @returns {ts.Node | undefined} what the member is
 */
function memberOf(expression, key, checker) {
  const meant = meantBy(expression, checker);
  if (meant && ts.isCallExpression(meant)) {
    const called = meantBy(meant.expression, checker);
    return called && ts.isArrowFunction(called) && !ts.isBlock(called.body)
      ? memberOf(called.body, key, checker)
      : undefined;
  }
  if (!meant || !ts.isObjectLiteralExpression(meant)) return undefined;
  for (const member of [...meant.properties].reverse()) {
    if (ts.isSpreadAssignment(member)) {
      const found = memberOf(member.expression, key, checker);
      if (found) return found;
    } else if (member.name.getText() === key) {
      if (ts.isPropertyAssignment(member)) return meantBy(member.initializer, checker);
      return ts.isShorthandPropertyAssignment(member) ? meantBy(member.name, checker) : undefined;
    }
  }
  return undefined;
}

/**
 * The declarations of a signature and of the code behind it.
 * @param {ts.Signature} signature
 * @returns {ts.Node[]}
 */
function implementations(signature) {
  const declaration = signature.getDeclaration();
  if (!declaration) return [];
  const symbol = /** @type {ts.Node & { symbol?: ts.Symbol }} */ (declaration).symbol;
  return symbol?.declarations
    ? [...symbol.declarations].filter((each) => !ts.isInterfaceDeclaration(each))
    : [declaration];
}

/** @param {ts.Expression | undefined} text @returns {string[]} the names in a text such as `cat(tensors: tensors, dim?)` */
function namesIn(text) {
  if (!text || !ts.isStringLiteralLike(text)) return [];
  const [, list = ''] = /\((.*)\)/.exec(text.text) ?? [];
  return [...list.matchAll(/(?:^|, )(\w+)/g)].map(([, name]) => `${name}`);
}

/** @param {ts.Expression | undefined} list @returns {string[]} the texts in a list of them */
function textsIn(list) {
  const bare = list && bareOf(list);
  if (!bare || !ts.isArrayLiteralExpression(bare)) return [];
  return bare.elements.flatMap((each) => (ts.isStringLiteral(each) ? [each.text] : []));
}

/**
 * What an expression is that is a name of something declared in the same program.
 * @param {ts.Expression} expression
 * @param {ts.TypeChecker} checker
 * @returns {ts.Node | undefined}
 */
function meantBy(expression, checker) {
  const bare = bareOf(expression);
  if (!ts.isIdentifier(bare)) return bare;
  let symbol = ts.isShorthandPropertyAssignment(bare.parent)
    ? checker.getShorthandAssignmentValueSymbol(bare.parent)
    : checker.getSymbolAtLocation(bare);
  if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const declaration = symbol?.valueDeclaration;
  if (declaration && ts.isVariableDeclaration(declaration))
    return declaration.initializer && bareOf(declaration.initializer);
  return declaration;
}

/** @param {ts.Expression} expression @returns {ts.Expression} without what is for types alone */
function bareOf(expression) {
  if (
    ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isParenthesizedExpression(expression)
  ) {
    return bareOf(expression.expression);
  }
  return expression;
}

/** @param {ts.Expression} expression @returns {ts.Expression | undefined} a value that its code tells, such as a number */
function plainOf(expression) {
  const bare = bareOf(expression);
  if (ts.isLiteralExpression(bare)) return bare;
  const { kind } = bare;
  if ([ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(kind)) return bare;
  if (ts.isPrefixUnaryExpression(bare) && plainOf(bare.operand)) return bare;
  if (ts.isArrayLiteralExpression(bare) && bare.elements.every((each) => plainOf(each))) return bare;
  return undefined;
}
