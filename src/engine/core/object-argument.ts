// Parameters whose values are themselves objects with keys: state dicts, groups of options, values by name.
import { isPlainObject, parameterTwice } from './options';

/**
 * Prepares arguments for `parseArgs` if the parameter at position `place` takes an object. An object at that position
 * is the parameter's value, unless all of its keys are parameter names and this parameter is among them.
 *
 *     objectAt('loadStateDict', ['stateDict'], 0, [{ state, param_groups }]);  // [undefined, { stateDict: { state, param_groups } }]
 *     objectAt('loadStateDict', ['stateDict'], 0, [{ stateDict: state }]);     // as it is
 */
export function objectAt(
  name: string,
  parameters: readonly string[],
  place: number,
  args: readonly unknown[],
): readonly unknown[] {
  const value = args[place];
  if (!isPlainObject(value)) return args;
  const key = parameters[place]!;
  if (key in value && Object.keys(value).every((one) => parameters.includes(one))) return args;
  const rest = args.slice(place + 1);
  const last = rest.at(-1);
  const named = isPlainObject(last) ? last : {};
  if (named[key] !== undefined) throw parameterTwice(name, key);
  const places = isPlainObject(last) ? rest.slice(0, -1) : rest;
  return [...args.slice(0, place), undefined, ...places, { ...named, [key]: value }];
}
