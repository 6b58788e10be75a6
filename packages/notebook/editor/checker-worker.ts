// The worker that checks cells with TypeScript's language service: errors, completions, and what stands under the pointer.
import type { Diagnostic } from '@codemirror/lint';
import { createSystem, createVirtualTypeScriptEnvironment, type VirtualTypeScriptEnvironment } from '@typescript/vfs';
import { createWorker } from '@valtown/codemirror-ts/worker';
import { expose } from 'comlink';
import ts from 'typescript';
import { type CheckedCell, cellFiles, cellOptions } from '../types/cell-files';

/** What demos/build/types.ts writes. */
interface Types {
  readonly files: Readonly<Record<string, string>>;
  readonly paths: ts.MapLike<string[]>;
  readonly libraries: string[];
}

/** What a name is, and what its text says. */
export interface Explained {
  readonly signature: string;
  readonly text: string;
}

/** A call: its text up to the parameters, these, and its text after them. */
export interface Signature {
  readonly before: string;
  readonly parameters: readonly { readonly label: string; readonly text: string }[];
  readonly after: string;
  /** The parameter that the cursor is at. */
  readonly active: number;
  readonly text: string;
}

/** Where in a cell something is asked. */
interface Place {
  readonly path: string;
  readonly pos: number;
}

const STANDING = ['/globals.d.ts', '/webgpu.d.ts'];

class Cells {
  private environment: VirtualTypeScriptEnvironment | undefined;
  private cells: CheckedCell[] = [];
  /** What the language service has read of each path. */
  private readonly written = new Map<string, string>();
  private readonly asked;

  constructor() {
    this.asked = createWorker(() => {
      if (!this.environment) throw new Error('internal: the types come before the editor');
      return this.environment;
    });
  }

  async open(address: string): Promise<void> {
    const { files, paths, libraries }: Types = await (await fetch(address)).json();
    const system = createSystem(new Map(Object.entries(files)));
    const options = { ...cellOptions(ts), lib: libraries, paths };
    this.environment = createVirtualTypeScriptEnvironment(system, STANDING, ts, options);
    await this.asked.initialize();
    this.write();
    // The library is read now, and not when something is first asked.
    this.environment.languageService.getProgram()?.getTypeChecker();
  }

  /** All cells of the notebook, in their order. */
  setCells(cells: readonly CheckedCell[]): void {
    this.cells = [...cells];
    this.write();
  }

  /** The text of a cell, as its editor has it. */
  updateFile({ path, code }: { path: string; code: string }): void {
    const at = this.cells.findIndex(({ name }) => pathOf(name) === path);
    const cell = this.cells[at];
    if (!cell || cell.source === code) return;
    this.cells[at] = { ...cell, source: code };
    this.write();
  }

  getLints({ path }: { path: string }): Diagnostic[] {
    const cell = this.cells.find(({ name }) => pathOf(name) === path);
    const service = this.environment?.languageService;
    if (!cell || !service || !this.written.has(path)) return [];
    const length = cell.source.length;
    return [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)].flatMap((each) => {
      const { start = length, length: span = 0, messageText, category } = each;
      // What follows the cell's own text is not the reader's.
      if (start >= length) return [];
      const severity = category === ts.DiagnosticCategory.Error ? 'error' : 'warning';
      const message = ts.flattenDiagnosticMessageText(messageText, '\n');
      return [{ from: start, to: Math.min(length, start + span), message, severity } as const];
    });
  }

  async getAutocompletion(question: Parameters<typeof this.asked.getAutocompletion>[0]) {
    const found = await this.asked.getAutocompletion(question);
    if (!found) return null;
    const calls = this.callables(question.path, question.context.pos);
    // Methods of tensors are properties, by their declarations.
    return {
      ...found,
      options: found.options.map((option) =>
        option.type === 'property' && calls.has(option.label) ? { ...option, type: 'method' } : option,
      ),
    };
  }

  /** Which of the names that may stand at a place can be called. */
  private callables(path: string, pos: number): ReadonlySet<string> {
    const service = this.environment?.languageService;
    const types = service?.getProgram()?.getTypeChecker();
    const entries = service?.getCompletionsAtPosition(path, pos, { includeSymbol: true })?.entries ?? [];
    const canBeCalled = ({ symbol }: ts.CompletionEntry) =>
      symbol !== undefined && types !== undefined && types.getTypeOfSymbol(symbol).getCallSignatures().length > 0;
    return new Set(entries.filter(canBeCalled).map(({ name }) => name));
  }

  /** What one of the names is that may stand at a place. */
  explainCompletion({ path, pos, name }: Place & { readonly name: string }): Explained | null {
    const service = this.environment?.languageService;
    const found = service?.getCompletionEntryDetails(path, pos, name, undefined, undefined, undefined, undefined);
    return found ? { signature: textOf(found.displayParts), text: textOf(found.documentation) } : null;
  }

  /** What the name at a place is. */
  explain({ path, pos }: Place): (Explained & { readonly from: number; readonly to: number }) | null {
    const found = this.environment?.languageService.getQuickInfoAtPosition(path, pos);
    if (!found) return null;
    const { start, length } = found.textSpan;
    return {
      signature: textOf(found.displayParts),
      text: textOf(found.documentation),
      from: start,
      to: start + length,
    };
  }

  /** The call that a place is in. */
  signatureAt({ path, pos }: Place): Signature | null {
    const found = this.environment?.languageService.getSignatureHelpItems(path, pos, undefined);
    const item = found?.items[found.selectedItemIndex];
    if (!found || !item) return null;
    return {
      before: textOf(item.prefixDisplayParts),
      parameters: item.parameters.map(({ displayParts, documentation }) => ({
        label: textOf(displayParts),
        text: textOf(documentation),
      })),
      after: textOf(item.suffixDisplayParts),
      active: found.argumentIndex,
      text: textOf(item.documentation),
    };
  }

  /** Hands the language service those files that have changed. */
  private write(): void {
    const { environment, cells, written } = this;
    if (!environment) return;
    const texts = cellFiles(ts, cells);
    const paths = new Set(cells.map(({ name }) => pathOf(name)));
    for (const path of [...written.keys()]) {
      if (paths.has(path)) continue;
      environment.deleteFile(path);
      written.delete(path);
    }
    cells.forEach(({ name }, i) => {
      const path = pathOf(name);
      const text = texts[i] ?? '';
      if (written.get(path) === text) return;
      if (written.has(path)) environment.updateFile(path, text);
      else environment.createFile(path, text);
      written.set(path, text);
    });
  }
}

const textOf = (parts: ts.SymbolDisplayPart[] | undefined): string => ts.displayPartsToString(parts);

const pathOf = (name: string): string => `/${name}.ts`;

export type CellChecker = Cells;

expose(new Cells(), globalThis as unknown as Worker);
