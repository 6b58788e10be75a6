// How the editor looks: as the code does before it is edited, to the pixel, in the colours of the page.
import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { colourGroups } from '../render/colours';

/** The colours are those of the classes `tok-…` in cell.css. Headings and the like are those of cells of text. */
export const colours = HighlightStyle.define([
  ...Object.entries(colourGroups).map(([name, tag]) => ({
    tag,
    color: `var(--code-${name})`,
    ...(name === 'comment' && { fontStyle: 'italic' }),
  })),
  { tag: tags.heading, fontWeight: '650' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strong, fontWeight: '650' },
  { tag: tags.link, color: 'var(--code-type)' },
]);

export const look = EditorView.theme({
  '&': { color: 'var(--text)', background: 'transparent', fontSize: 'var(--code-size)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: 'var(--code-line)', overflow: 'visible' },
  '.cm-content': { padding: '0', caretColor: 'var(--flame-text)' },
  '.cm-line': { padding: '0' },
  // As in cell.css: of a line that is wider than a phone nothing is cut.
  '@media (max-width: 560px)': {
    '.cm-content': { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', flexShrink: '1', minWidth: '0' },
  },
  '.cm-cursor': { borderLeftColor: 'var(--flame-text)', borderLeftWidth: '2px' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--flame) 26%, transparent)',
  },
  '&.cm-focused .cm-matchingBracket, .cm-matchingBracket': {
    background: 'color-mix(in srgb, var(--dusk) 22%, transparent)',
  },
  '.cm-tooltip': {
    zIndex: '30',
    maxWidth: 'min(38rem, 88vw)',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius-small)',
    background: 'var(--surface)',
    boxShadow: '0 6px 24px rgb(0 0 0 / 18%)',
    color: 'var(--text)',
  },
  '.cm-explained': { maxHeight: '14rem', overflow: 'auto', padding: '0.4rem 0.6rem', fontSize: '0.85rem' },
  '.cm-explained code': { fontFamily: 'var(--mono)', fontSize: '0.8rem' },
  '.cm-explained .cm-signature': { display: 'block', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
  '.cm-explained p, .cm-explained pre': { margin: '0.35rem 0 0', whiteSpace: 'pre-wrap' },
  '.cm-call strong': { color: 'var(--flame-text)' },
  '.cm-tooltip.cm-completionInfo': { padding: '0', maxWidth: 'min(26rem, 88vw)' },
  '.cm-diagnostic': { padding: '0.4rem 0.7rem', fontSize: '0.85rem', whiteSpace: 'pre-wrap' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--error)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--flame)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--error) 1.5px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--flame) 1.5px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '0.8rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.15rem 0.5rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    background: 'color-mix(in srgb, var(--flame) 24%, var(--surface))',
    color: 'var(--text)',
  },
  '.cm-completionMatchedText': { color: 'var(--flame-text)', textDecoration: 'none', fontWeight: '650' },
});
