// The editor of a cell: CodeMirror in a shadow tree, which the page's policy lets bring its own styles, with the checker's help for code.
import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { markdown } from '@codemirror/lang-markdown';
import { python } from '@codemirror/lang-python';
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { forceLinting, lintKeymap } from '@codemirror/lint';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap } from '@codemirror/view';
import { tsFacetWorker, tsLinterWorker, tsSyncWorker } from '@valtown/codemirror-ts';
import type { WorkerShape } from '@valtown/codemirror-ts/worker';
import type { Language } from '../file/notebook';
import { checker, pathOf } from './checker';
import { helpOf } from './help';
import { colours, look } from './look';

export interface EditorOptions {
  /** Names the cell's file for the checker. */
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly language: Language | 'markdown';
  readonly onChange: (text: string) => void;
  /** Run was asked for by keyboard, and whether to go on to the next cell. */
  readonly onRun: (advance: boolean) => void;
  /** Escape was pressed. */
  readonly onLeave: () => void;
}

export interface CodeEditor {
  setText(text: string): void;
  focus(at?: number): void;
  close(): void;
}

const grammars: Readonly<Record<EditorOptions['language'], () => Extension>> = {
  typescript: () => javascript({ typescript: true }),
  python: () => [python(), indentUnit.of('    ')],
  markdown: () => [markdown(), EditorView.lineWrapping],
};

const checked = new Set<EditorView>();
let again: ReturnType<typeof setTimeout> | undefined;

/** What one cell declares is checked in the others as well. */
function checkOthers(view: EditorView): void {
  clearTimeout(again);
  again = setTimeout(() => {
    for (const other of checked) if (other !== view) forceLinting(other);
  }, 800);
}

export function openEditor(parent: HTMLElement, options: EditorOptions): CodeEditor {
  const { id, label, text, language, onChange, onRun, onLeave } = options;
  const host = document.createElement('div');
  host.className = 'editor';
  const root = host.attachShadow({ mode: 'open' });
  parent.append(host);
  const checks = new Compartment();
  const run = (advance: boolean) => () => {
    onRun(advance);
    return true;
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          { key: 'Shift-Enter', run: run(true) },
          { key: 'Mod-Enter', run: run(false) },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...lintKeymap,
          ...historyKeymap,
          {
            key: 'Escape',
            run: () => {
              onLeave();
              return true;
            },
          },
          indentWithTab,
          ...defaultKeymap,
        ]),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        indentOnInput(),
        syntaxHighlighting(colours),
        look,
        EditorState.tabSize.of(language === 'python' ? 4 : 2),
        EditorView.contentAttributes.of({ 'aria-label': `${language === 'markdown' ? 'Text' : 'Code'} of ${label}` }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          onChange(update.state.doc.toString());
          checkOthers(view);
        }),
        grammars[language](),
        language === 'typescript' ? helpOf(id) : [],
        checks.of([]),
      ],
    }),
  });
  if (language === 'typescript') {
    void checker().then((worker) => {
      if (!view.dom.isConnected) return;
      checked.add(view);
      view.dispatch({ effects: checks.reconfigure(checksFrom(worker, id)) });
    });
  }
  return {
    setText(changed) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: changed } });
    },
    focus(at) {
      if (at !== undefined) {
        const anchor = Math.min(at, view.state.doc.length);
        view.dispatch({ selection: { anchor }, scrollIntoView: true });
      }
      view.focus();
    },
    close() {
      checked.delete(view);
      view.destroy();
      host.remove();
    },
  };
}

const checksFrom = (worker: Awaited<ReturnType<typeof checker>>, id: string): Extension => [
  tsFacetWorker.of({ worker: worker as unknown as WorkerShape, path: pathOf(id) }),
  tsSyncWorker(),
  tsLinterWorker(),
];
