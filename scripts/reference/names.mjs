// The names that the search of the reference finds: every export, and every member of a class.
import { anchorOf, qualified } from './entries.mjs';

/**
 * @param {import('./entries.mjs').Surface} surface
 * @param {import('./pages.mjs').Pages} pages
 * @param {import('./their-names.mjs').TheirNames} theirs
 * @returns {import('../../demos/reference/names').Name[]}
 */
export function namesOf({ entries }, pages, theirs) {
  return entries.flatMap((entry) => {
    const { name, kind, space, members } = entry;
    const address = pages.fileOf(entry);
    const inside =
      kind === 'class' && !entry.alias
        ? members.filter(({ from }) => name === 'Tensor' || from === undefined || from === name)
        : [];
    const owner = qualified(entry);
    return [
      /** @type {const} */ ([name, space.path, address, theirs.of(owner)?.full ?? '']),
      ...inside.map(
        (member) =>
          /** @type {const} */ ([
            member.name,
            owner,
            `${address}#${anchorOf(member)}`,
            theirs.of(`${owner}.${member.name}`)?.full ?? '',
          ]),
      ),
    ];
  });
}
