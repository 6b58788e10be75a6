// The names that the search of the site finds: every export with what it does, and every member of a class.
import { anchorOf, qualified } from './entries.mjs';
import { firstSentence } from './html.mjs';

/**
 * @param {import('./entries.mjs').Surface} surface
 * @param {import('./pages.mjs').Pages} pages
 * @param {import('./their-names.mjs').TheirNames} theirs
 * @returns {import('../../demos/search/names').Name[]}
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
      /** @type {const} */ ([
        name,
        space.path,
        address,
        theirs.of(owner)?.full ?? '',
        ...(entry.alias ? /** @type {const} */ (['', '']) : toldOf(entry)),
      ]),
      ...inside.map(
        (member) =>
          /** @type {const} */ ([
            member.name,
            owner,
            `${address}#${anchorOf(member)}`,
            theirs.of(`${owner}.${member.name}`)?.full ?? '',
            '',
            '',
          ]),
      ),
    ];
  });
}

/** The first sentence of a name's text, without the marks of Markdown, and its parameters. @param {import('./entries.mjs').Entry} entry */
const toldOf = ({ text, callable }) =>
  /** @type {const} */ ([
    firstSentence(text).replace(/[`*]|\{@link ([^}]*)\}/g, '$1'),
    callable?.parameters.map(({ name }) => name).join(' ') ?? '',
  ]);
