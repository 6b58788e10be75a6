// What a callable takes, as one table: its parameters in their order, which of them must be given, and in which ways they may be. It is read from
// the argument lists that the callable's type stands for.
import ts from 'typescript';
import { membersOf, variantsOf } from '../../reference/parameters.mjs';

/** @typedef {import('../../reference/parameters.mjs').Place} Place */

/**
 * A parameter. `types` are members of the union that it takes.
 * @typedef {{ name: string, types: readonly ts.Type[], optional: boolean }} Parameter
 */

/**
 * `required` come first; `placed` are the others that may go by place, and `options` all that go by name where the required ones go by place; of
 * these, `object` is the declared type, if they have one. `fronts` are the numbers of required ones that may go by place where the others of them
 * go by name; `partial`: options may go by name behind some by place; `isNeeded`: an object of options must be there.
 * @typedef {{
 *   required: Parameter[], placed: Parameter[], options: Parameter[], object: ts.Type | undefined, fronts: Set<number>, partial: boolean, isNeeded: boolean,
 * }} Table
 */

/**
 * An argument list: what goes by place, and the members of an object behind it, which may be needed.
 * @typedef {{ places: Place[], members?: Map<string, ts.Symbol> | undefined, object?: ts.Type | undefined, isNeeded?: boolean }} List
 */

/** What the last place is called that takes an object of names. */
const FOR_NAMES = new Set(['options', 'named', 'settings']);

/**
 * The argument lists of signatures, or undefined where they take any number of arguments.
 * @param {readonly ts.Signature[]} signatures
 * @param {ts.TypeChecker} checker
 * @returns {List[] | undefined}
 */
export function listsOf(signatures, checker) {
  const variants = signatures.flatMap((signature) => variantsOf(signature, checker));
  if (variants.some((places) => places.some(({ rest }) => rest))) return undefined;
  const labels = new Set(variants.flatMap((places) => places.map(({ name }) => name)));
  const lists = variants.flatMap((places) => listsIn(places, labels, checker));
  return lists.filter((list) => !isPart(list, lists) && !isNested(list, checker));
}

/**
 * Whether what goes by name holds itself again, which no callable takes.
 * @param {List} list
 * @param {ts.TypeChecker} checker
 */
const isNested = ({ members }, checker) =>
  [...(members ?? [])].some(
    ([name, member]) =>
      (member.flags & ts.SymbolFlags.Optional) === 0 &&
      membersOf(checker.getTypeOfSymbol(member), checker)?.some((each) => each.name === name),
  );

/**
 * Whether a list by name lacks what others by name must have, and no list by place does without that: it stands for what a callable's signature
 * names, of which the callable takes more.
 * @param {List} list
 * @param {readonly List[]} lists
 */
function isPart({ places, members }, lists) {
  if (!members) return false;
  const count = places.length + members.size;
  const isWhole = lists.some(
    (other) => !other.members && other.places.filter(({ optional }) => !optional).length <= count,
  );
  return (
    !isWhole &&
    lists.some(
      (other) =>
        other.members &&
        other.places.length === places.length &&
        other.members.size > members.size &&
        [...members.keys()].every((name) => other.members?.has(name)) &&
        [...other.members].some(
          ([name, member]) => !members.has(name) && (member.flags & ts.SymbolFlags.Optional) === 0,
        ),
    )
  );
}

/**
 * A list of places as argument lists: where the last place takes an object of names or something else, one for each.
 * @param {Place[]} places
 * @param {ReadonlySet<string | undefined>} labels of all places
 * @param {ts.TypeChecker} checker
 * @returns {List[]}
 */
function listsIn(places, labels, checker) {
  const last = places.at(-1);
  const whole = [{ places }];
  if (!last || (last.name === undefined ? last.optional : !FOR_NAMES.has(last.name))) return whole;
  // An object of no names at all.
  if (last.type.flags & ts.TypeFlags.Unknown) return [{ places: places.slice(0, -1) }];
  const parts = partsOf(last.type);
  const objects = parts.filter((part) => membersOf(part, checker) !== undefined);
  // Any name may stand in an object with an index.
  if (objects.length === 0 || objects.some((part) => checker.getIndexInfosOfType(part).length > 0)) return whole;
  if (last.name === undefined && !objects.every((part) => isOfLabels(membersOf(part, checker) ?? [], labels)))
    return whole;
  /** @type {List[]} */
  const byName = objects.map((object) => ({
    isNeeded: !last.optional,
    places: places.slice(0, -1),
    members: new Map((membersOf(object, checker) ?? []).map((member) => [member.name, member])),
    object: objects.length === 1 ? object : undefined,
  }));
  const others = parts.filter((part) => !objects.includes(part));
  if (others.length === 0) return byName;
  const place = { ...last, name: undefined, types: others };
  return [...byName, { places: [...places.slice(0, -1), place] }];
}

/**
 * Whether an object without a label is one of names: it has those that other lists have as labels.
 * @param {readonly ts.Symbol[]} members
 * @param {ReadonlySet<string | undefined>} labels
 */
function isOfLabels(members, labels) {
  const names = new Set(members.map(({ name }) => name));
  const places = [...labels].filter((label) => label !== undefined && !FOR_NAMES.has(label));
  return (
    [...names].every((name) => labels.has(name)) ||
    (places.length > 0 && places.every((label) => names.has(`${label}`)))
  );
}

/** The members of a union but for undefined. @param {ts.Type} type @returns {ts.Type[]} */
const partsOf = (type) =>
  (type.isUnion() ? type.types : [type]).filter(({ flags }) => (flags & ts.TypeFlags.Undefined) === 0);

/**
 * The table behind argument lists; undefined where they are not those of one table.
 * @param {readonly List[]} lists
 * @param {ts.TypeChecker} checker
 * @returns {Table | undefined}
 */
export function tableOf(lists, checker) {
  const byCount = membersByCount(lists);
  const names = namesByPlace(lists, byCount);
  if (!names || new Set(names).size < names.length) return undefined;
  const named = new Map([...byCount.values()].flatMap((members) => [...members]));
  const all = [...new Set([...names, ...named.keys()])];
  if (names.some((_, i) => !isOne(lists, i, checker)) || !areOne(lists, checker)) return undefined;
  const required = all.filter((name) => lists.every((list) => supplies(list, names.indexOf(name), name)));
  if (required.some((name, i) => names[i] !== name)) return undefined;
  const typesOf = (/** @type {string} */ name) => {
    const place = names.includes(name) ? fullest(lists, names.indexOf(name)) : undefined;
    if (place) return place.types ?? [place.type];
    const member = named.get(name);
    return member ? [checker.getTypeOfSymbol(member)] : [];
  };
  const parameterOf = (/** @type {string} */ name) => ({
    name,
    types: typesOf(name),
    optional: !required.includes(name),
  });
  const n = required.length;
  // Where options go by name, each that goes by place does.
  if (named.size > 0 && names.slice(n).some((name) => !named.has(name))) return undefined;
  const optionOf = (/** @type {string} */ name) => ({
    name,
    types: [checker.getTypeOfSymbol(/** @type {ts.Symbol} */ (named.get(name)))],
    optional: true,
  });
  const objects = lists.flatMap(({ places, object }) => (places.length === n && object ? [object] : []));
  return {
    required: required.map(parameterOf),
    placed: names.slice(n).map(parameterOf),
    options: all.filter((name) => named.has(name) && !required.includes(name)).map(optionOf),
    object: objects.find(isNamed),
    fronts: new Set([...byCount.keys()].filter((count) => count < n)),
    partial: [...byCount.keys()].some((count) => count > n),
    isNeeded:
      lists.every(({ places, isNeeded }) => places.length !== n || isNeeded === true) &&
      lists.every(({ places }) => places.length <= n),
  };
}

/** Whether a type is an interface that a reader can look up. @param {ts.Type} type */
const isNamed = (type) => ((type.symbol?.flags ?? 0) & ts.SymbolFlags.Interface) !== 0;

/**
 * What stands at a place, in the list that says most of it: what may be left out may often be null as well.
 * @param {readonly List[]} lists
 * @param {number} i
 */
function fullest(lists, i) {
  const all = lists.flatMap(({ places }) => places[i] ?? []);
  return /** @type {(Place & { types?: readonly ts.Type[] }) | undefined} */ (
    all.find(({ optional }) => optional) ?? all[0]
  );
}

/**
 * Whether a place takes in every list what it takes in the list that says most of it.
 * @param {readonly List[]} lists
 * @param {number} i
 * @param {ts.TypeChecker} checker
 */
function isOne(lists, i, checker) {
  const best = fullest(lists, i);
  const taken = best ? (best.types ?? [best.type]) : [];
  const isTaken = (/** @type {ts.Type} */ part) =>
    (part.flags & ts.TypeFlags.Null) !== 0 || taken.some((type) => checker.isTypeAssignableTo(part, type));
  return lists.every(({ places }) => {
    const place = /** @type {(Place & { types?: readonly ts.Type[] }) | undefined} */ (places[i]);
    return !place || (place.types ?? partsOf(place.type)).every(isTaken);
  });
}

/**
 * Whether what goes by name is the same in every object.
 * @param {readonly List[]} lists
 * @param {ts.TypeChecker} checker
 */
function areOne(lists, checker) {
  /** @type {Map<string, ts.Type>} */
  const types = new Map();
  const isSame = (/** @type {ts.Type} */ a, /** @type {ts.Type} */ b) =>
    a === b || (checker.isTypeAssignableTo(a, b) && checker.isTypeAssignableTo(b, a));
  for (const { members } of lists)
    for (const [name, member] of members ?? []) {
      const type = checker.getTypeOfSymbol(member);
      const known = types.get(name);
      if (known && !isSame(known, type)) return false;
      types.set(name, type);
    }
  return true;
}

/**
 * The members of the objects behind so and so many arguments by place.
 * @param {readonly List[]} lists
 */
function membersByCount(lists) {
  /** @type {Map<number, Map<string, ts.Symbol>>} */
  const found = new Map();
  for (const { places, members } of lists)
    if (members) found.set(places.length, new Map([...(found.get(places.length) ?? []), ...members]));
  return found;
}

/**
 * The names of what goes by place. One without a label is that which the object behind it has no longer.
 * @param {readonly List[]} lists
 * @param {ReadonlyMap<number, ReadonlyMap<string, ts.Symbol>>} byCount
 * @returns {string[] | undefined}
 */
function namesByPlace(lists, byCount) {
  const length = Math.max(...lists.map(({ places }) => places.length));
  /** @type {string[]} */
  const names = [];
  for (let i = 0; i < length; i++) {
    const labels = [...new Set(lists.flatMap(({ places }) => places[i]?.name ?? []))];
    const after = byCount.get(i + 1);
    const gone = [...(byCount.get(i)?.keys() ?? [])].filter((name) => !after?.has(name) && !names.includes(name));
    const found = labels.length > 0 ? labels : gone;
    if (found.length !== 1 || !found[0]) return undefined;
    names.push(found[0]);
  }
  return names;
}

/**
 * Whether an argument list must have a parameter.
 * @param {List} list
 * @param {number} place that the parameter has
 * @param {string} name
 */
function supplies({ places, members }, place, name) {
  const own = place < 0 ? undefined : places[place];
  if (own) return !own.optional && !isVoid(own.type);
  const member = members?.get(name);
  return member !== undefined && (member.flags & ts.SymbolFlags.Optional) === 0;
}

/** Whether undefined is among the values of a type. @param {ts.Type} type */
const isVoid = (type) => type.isUnion() && type.types.some(({ flags }) => (flags & ts.TypeFlags.Undefined) !== 0);
