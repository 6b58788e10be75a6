// Writes a table of parameters as the forms that an editor shows: the usual one first, and for every number of arguments one alone, so that
// TypeScript's errors are about that one.
/** @typedef {import('typescript').Type} Type */
/** @typedef {import('./table.mjs').Parameter} Parameter @typedef {import('./table.mjs').Table} Table */

/**
 * What forms are written with. `textOf` says what is written of a parameter, `fallbackOf` its default as code. `typeText` writes a type,
 * `partTexts` the members of its union, and `interfaceOf` the name of an interface with members.
 * @typedef {{
 *   textOf: (name: string) => string,
 *   fallbackOf: (name: string) => string | undefined,
 *   typeText: (type: Type) => string,
 *   partTexts: (type: Type) => readonly string[],
 *   interfaceOf: (members: readonly string[]) => string,
 * }} Writing
 */

/** Objects of so many members are written out. */
const FEW = 2;

/** The most forms that an editor shows. */
const MOST = 4;

/** Parameters that are passed by place as often as by name, so that an object of options is not what they are called after. */
const BY_PLACE = /^(?:dims?|p|k|n|other|axis|axes|mode|value|correction|diagonal|offset|index)$/;

/**
 * The lists of parameters of each form, with texts.
 * @param {Table} table
 * @param {Writing} writing
 * @param {boolean} [isOne] whether all goes by place in the usual form
 * @returns {string[]}
 */
export function formsOf(table, writing, isOne = false) {
  const { required, placed, options, fronts, partial } = table;
  const n = required.length;
  const object = options.length > 0 ? objectText(table, writing) : undefined;
  const mixed = [...fronts].filter((count) => count < n - 1).sort((a, b) => b - a);
  const others = mixed.map((count) => [
    ...required.slice(0, count).map((parameter) => placeText(parameter, [], writing)),
    told(
      `${count > 0 ? 'The other' : 'All'} parameters, by name.`,
      `named: ${namedText(table, count, object, writing, memberText)}`,
    ),
  ]);
  const isWhole = placed.length < 2 || isOne || others.length + 2 > MOST;
  const front = required.map((parameter, i) => {
    const isLast = i === n - 1 && fronts.has(i);
    return placeText(parameter, isLast ? [namedText(table, i, object, writing, plainText)] : [], writing);
  });
  const behind = object && partial ? [object] : [];
  if (isWhole) {
    const rest = placed.map((parameter, i) =>
      i === 0
        ? firstText(parameter, table, object, writing)
        : placeText(parameter, behind, writing, parameter.name, '?'),
    );
    const isMore = options.length > placed.length && partial && placed.length > 0;
    if (object && isMore)
      rest.push(
        optionsText(
          table,
          object,
          writing,
          '?',
          rest.some((text) => /(?:^|\/ )options\?:/.test(text)) ? 'others' : 'options',
        ),
      );
    if (placed.length === 0 && object) rest.push(optionsText(table, object, writing, table.isNeeded ? '' : '?'));
    return [[...front, ...rest], ...others].map((parts) => parts.join(', '));
  }
  const [first] = placed;
  const usual = [...front, ...(first ? [firstText(first, table, object, writing)] : [])];
  const plain = required.map((parameter) => plainText(parameter, writing));
  // What an object of options says is not said again.
  const isSaid = usual.at(-1)?.includes(' options?: ');
  const byPlace = placed.map((parameter, i) => {
    const others = [...(i > 0 ? behind : []), ...(i < 2 ? ['undefined'] : [])];
    const code = `${parameter.name}${i < 2 ? '' : '?'}: ${unionText([...pieces(parameter, writing), ...others])}`;
    return isSaid ? code : told(fullText(parameter, writing), code);
  });
  if (options.length > placed.length && partial && object)
    byPlace.push(optionsText(table, object, writing, placed.length > 1 ? '?' : ''));
  return [usual, ...others, [...plain, ...byPlace]].map((parts) => parts.join(', '));
}

/**
 * An argument list as it is, with texts.
 * @param {readonly import('../../reference/parameters.mjs').Place[]} places
 * @param {readonly string[]} options the names in the object at the end
 * @param {Writing} writing
 */
export const plainForm = (places, options, writing) =>
  places
    .map(({ name = 'options', type, optional, rest, text }, i) => {
      const isLast = i === places.length - 1 && options.length > 0;
      const all = options.map((each) => ({ name: each, types: [], optional: true }));
      const said = isLast ? namesText(all, writing) : text || writing.textOf(name);
      const parts = writing
        .partTexts(type)
        .filter((part, _, all) => !optional || all.length === 1 || part !== 'undefined');
      return told(said, `${rest ? '...' : ''}${name}${optional && !rest ? '?' : ''}: ${unionText(parts)}`);
    })
    .join(', ');

/** @param {string} text @param {string} code */
export const told = (text, code) =>
  text ? `/** ${text.replace(/\s*\n\s*/g, ' ').replaceAll('*/', '* /')} */ ${code}` : code;

/**
 * @param {Parameter} parameter
 * @param {readonly string[]} others what may stand in its place
 * @param {Writing} writing
 * @param {string} [name]
 * @param {string} [mark]
 */
function placeText(parameter, others, writing, name = parameter.name, mark = '') {
  return told(fullText(parameter, writing), `${name}${mark}: ${unionText([...pieces(parameter, writing), ...others])}`);
}

/**
 * The first place of options: an object of them, or the first of them.
 * @param {Parameter} first @param {Table} table @param {string | undefined} object @param {Writing} writing
 */
function firstText(first, table, object, writing) {
  if (!object) return placeText(first, [], writing, first.name, '?');
  const own = pieces(first, writing);
  const isLone = table.options.length === 1 && !own.includes('boolean');
  if (BY_PLACE.test(first.name) || isLone) return placeText(first, [object], writing, first.name, '?');
  const text = `${byName(table, writing)} Or ${first.name} by place.`;
  return told(text, `options?: ${unionText([object, ...own])}`);
}

/** @param {Table} table @param {string} object @param {Writing} writing @param {string} [mark] @param {string} [name] */
const optionsText = (table, object, writing, mark = '?', name = 'options') =>
  told(byName(table, writing), `${name}${mark}: ${object}`);

/** What is said of an object of options. @param {Table} table @param {Writing} writing */
const byName = ({ options }, writing) => namesText(options, writing);

/** @param {readonly Parameter[]} options @param {Writing} writing */
function namesText(options, { fallbackOf }) {
  const words = options.map(({ name }) => {
    const fallback = fallbackOf(name);
    return fallback === undefined ? name : `${name} (default ${fallback})`;
  });
  return `By name: ${words.join(', ')}.`;
}

/** What is said of a parameter, and its default. @param {Parameter} parameter @param {Writing} writing */
function fullText({ name, optional }, { textOf, fallbackOf }) {
  const text = textOf(name);
  const fallback = optional ? fallbackOf(name) : undefined;
  if (fallback === undefined || /\bdefaults?\b/i.test(text)) return text;
  return `${text}${/[.!?]$/.test(text) || text === '' ? '' : '.'} Default: ${fallback}.`.trim();
}

/** The texts of the types that a parameter takes. @param {Parameter} parameter @param {Writing} writing */
const pieces = ({ types, optional }, { partTexts }) =>
  joinedBooleans(types.flatMap((type) => partTexts(type)).filter((text) => !optional || text !== 'undefined'));

/** @param {string[]} texts */
function joinedBooleans(texts) {
  if (!texts.includes('true') || !texts.includes('false')) return texts;
  return [...texts.filter((text) => text !== 'true' && text !== 'false'), 'boolean'];
}

/** A union of types. @param {readonly string[]} texts */
export function unionText(texts) {
  const all = [...new Set(texts)];
  if (all.length < 2) return all[0] ?? 'unknown';
  const isLast = (/** @type {string} */ text) => text === 'null' || text === 'undefined';
  const [last, others] = [all.filter(isLast), all.filter((text) => !isLast(text))];
  return [...others, ...last].join(' | ');
}

/** @param {Parameter} parameter @param {Writing} writing */
const memberText = (parameter, writing) => told(fullText(parameter, writing), plainText(parameter, writing));

/** @param {Parameter} parameter @param {Writing} writing */
const plainText = (parameter, writing) =>
  `${parameter.name}${parameter.optional ? '?' : ''}: ${unionText(joinedBooleans(parameter.types.flatMap(writing.partTexts)))}`;

/** The type of an object of options. @param {Table} table @param {Writing} writing */
function objectText({ options, object }, writing) {
  if (object) return writing.typeText(object);
  const members = options.map((parameter) => memberText(parameter, writing));
  return members.length > FEW ? writing.interfaceOf(members) : literalText(members);
}

/**
 * The type of an object of all parameters but the first few.
 * @param {Table} table
 * @param {number} count of these
 * @param {string | undefined} object of the options
 * @param {Writing} writing
 * @param {typeof memberText} text what is written of a member
 */
function namedText({ required, options }, count, object, writing, text) {
  const members = required.slice(count).map((parameter) => plainText(parameter, writing));
  if (object && !object.startsWith('{')) return `(${literalText(members)} & ${object})`;
  return literalText([...members, ...options.map((parameter) => text(parameter, writing))]);
}

/** A type of members. A text is read as a member's only on a line of its own. @param {readonly string[]} members */
const literalText = (members) =>
  members.some((member) => member.startsWith('/**'))
    ? `{\n    ${members.join(';\n    ')};\n  }`
    : `{ ${members.join('; ')} }`;
