// What the editor says of code while it is written, in the checker's words: completions with what each is, what stands under the pointer, and the
// parameters of the call that the cursor is in. All of it waits for the checker, so that what is asked early is answered late, not never.
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { type Extension, Prec, StateEffect, StateField } from '@codemirror/state';
import {
  type EditorView,
  hoverTooltip,
  keymap,
  showTooltip,
  type Tooltip,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { make } from '../ui/dom';
import { checker, pathOf } from './checker';
import type { Explained, Signature } from './checker-worker';

/** How long the parameters wait for the next key, in ms. */
const PAUSE = 80;

export const helpOf = (id: string): Extension => [completions(id), hover(id), parameters(id)];

/** The checker, which knows the cell as it stands. */
async function asked(id: string, { doc }: { readonly doc: { toString(): string } }) {
  const worker = await checker();
  await worker.updateFile({ path: pathOf(id), code: doc.toString() });
  return worker;
}

/** Code between marks is shown as code. */
const inline = (text: string): (HTMLElement | string)[] =>
  text.split(/`([^`]+)`/).map((part, i) => (i % 2 === 1 ? make('code', {}, part) : part));

/** The paragraphs of a text; those that are indented are examples. */
const prose = (text: string): HTMLElement[] =>
  text
    .split(/\n\s*\n/)
    .map((paragraph) =>
      /^ {4}/.test(paragraph)
        ? make('pre', {}, make('code', {}, paragraph.replace(/^ {4}/gm, '')))
        : make('p', {}, ...inline(paragraph.replace(/\s+/g, ' '))),
    );

function explanation({ signature, text }: Explained): HTMLElement {
  const box = make('div', { className: 'cm-explained' }, make('code', { className: 'cm-signature' }, signature));
  if (text) box.append(...prose(text));
  return box;
}

// ---- completions

function completions(id: string): Extension {
  const source = async (context: CompletionContext): Promise<CompletionResult | null> => {
    // After a name or a point; elsewhere only where it was asked for.
    if (!context.explicit && !context.matchBefore(/[\w$]$|\.$/)) return null;
    const worker = await asked(id, context.state);
    const { pos, explicit } = context;
    const found = await worker.getAutocompletion({ path: pathOf(id), context: { pos, explicit } });
    if (!found) return null;
    const info = async ({ label }: Completion) => {
      const explained = await worker.explainCompletion({ path: pathOf(id), pos, name: label });
      return explained && explanation(explained);
    };
    return { ...found, validFor: /^[\w$]*$/, options: found.options.map((option) => ({ ...option, info })) };
  };
  return autocompletion({ override: [source] });
}

// ---- what stands under the pointer

const hover = (id: string): Extension =>
  hoverTooltip(async ({ state }, pos): Promise<Tooltip | null> => {
    const worker = await asked(id, state);
    const found = await worker.explain({ path: pathOf(id), pos });
    return found && { pos: found.from, end: found.to, create: () => ({ dom: explanation(found) }) };
  });

// ---- the parameters of a call

interface Shown {
  readonly pos: number;
  readonly signature: Signature;
}

const show = StateEffect.define<Shown | null>();

const shown = StateField.define<Shown | null>({
  create: () => null,
  update(value, { changes, docChanged, effects }) {
    let next = value && docChanged ? { ...value, pos: changes.mapPos(value.pos) } : value;
    for (const effect of effects) if (effect.is(show)) next = effect.value;
    return next;
  },
  provide: (field) =>
    showTooltip.from(
      field,
      (value) => value && { pos: value.pos, above: true, create: () => ({ dom: callOf(value.signature) }) },
    ),
});

function callOf({ before, parameters: all, after, active, text }: Signature): HTMLElement {
  const named = all.flatMap(({ label }, i) => [
    i > 0 ? ', ' : '',
    i === active ? make('strong', {}, label) : make('span', {}, label),
  ]);
  const box = make(
    'div',
    { className: 'cm-explained cm-call' },
    make('code', { className: 'cm-signature' }, before, ...named, after),
  );
  const said = all[active]?.text || text;
  if (said) box.append(...prose(said));
  return box;
}

function parameters(id: string): Extension {
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = async (view: EditorView): Promise<void> => {
    const mine = ++turn;
    const worker = await asked(id, view.state);
    const pos = view.state.selection.main.head;
    const signature = await worker.signatureAt({ path: pathOf(id), pos });
    // Whoever has gone on by then asks anew.
    if (mine !== turn || (!signature && !view.state.field(shown, false))) return;
    view.dispatch({ effects: show.of(signature && { pos, signature }) });
  };
  const close = (view: EditorView): boolean => {
    turn++;
    if (!view.state.field(shown, false)) return false;
    view.dispatch({ effects: show.of(null) });
    return true;
  };
  const follow = ViewPlugin.fromClass(
    class {
      update({ view, state, docChanged, selectionSet, transactions, focusChanged }: ViewUpdate): void {
        if (focusChanged && !view.hasFocus) setTimeout(() => close(view));
        if (!docChanged && !selectionSet) return;
        const { head } = state.selection.main;
        const isTyped = transactions.some((each) => each.isUserEvent('input'));
        const isCall = isTyped && /[(,{]\s?$/.test(state.sliceDoc(Math.max(0, head - 2), head));
        if (!isCall && !state.field(shown, false)) return;
        clearTimeout(timer);
        timer = setTimeout(() => void ask(view), PAUSE);
      }

      destroy(): void {
        clearTimeout(timer);
        turn++;
      }
    },
  );
  const open = (view: EditorView): boolean => {
    void ask(view);
    return true;
  };
  return [
    shown,
    follow,
    Prec.high(
      keymap.of([
        { key: 'Escape', run: close },
        { key: 'Mod-Shift-Space', run: open },
      ]),
    ),
  ];
}
