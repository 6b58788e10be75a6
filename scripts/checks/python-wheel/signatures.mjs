// Writes what Python's packages look up in the library: its functions and classes with their parameters, defaults and texts, as JSON, for the stubs of the wheel.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { converted } from '../../reference/converted.mjs';
import { surfaceOf } from '../../reference/entries.mjs';

const [file] = process.argv.slice(2);
if (!file) throw new Error('python-signatures: expected the file to write');

/** @param {import('../../reference/parameters.mjs').Callable | undefined} callable */
const calledBy = (callable) =>
  callable && {
    returns: callable.returns,
    parameters: callable.parameters.map(({ name, type, optional, rest, byName, text, fallback }) => ({
      name,
      type,
      optional,
      rest,
      byName,
      text,
      fallback,
    })),
  };

const surface = surfaceOf(await converted());
const entries = surface.entries.map(({ name, space, kind, text, callable, type, members, alias }) => ({
  name,
  space: space.path,
  kind,
  text,
  type,
  called: calledBy((alias ?? { callable }).callable),
  members: members.map((member) => ({
    name: member.name,
    kind: member.kind,
    text: member.text,
    type: member.type,
    isStatic: member.isStatic,
    called: calledBy(member.callable),
  })),
}));
writeFileSync(file, JSON.stringify(entries));
