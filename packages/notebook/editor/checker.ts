// The page's side of the type checker: starts its worker once an editor is open or about to be, and tells it what the cells are.

import typesAddress from 'virtual:lamplight/types';
import { type Remote, wrap } from 'comlink';
import type { CheckedCell } from '../types/cell-files';
import type { CellChecker } from './checker-worker';

let started: { readonly worker: Remote<CellChecker>; readonly ready: Promise<void> } | undefined;
let latest: readonly CheckedCell[] = [];

function start() {
  if (started) return started;
  const worker = wrap<CellChecker>(
    new Worker(new URL('./checker-worker.ts', import.meta.url), { type: 'module', name: 'checker' }),
  );
  const ready = worker.open(new URL(typesAddress, location.href).href).then(() => worker.setCells(latest));
  started = { worker, ready };
  return started;
}

/** Resolves with what the editor asks, once it knows the types. */
export async function checker(): Promise<Remote<CellChecker>> {
  const { worker, ready } = start();
  await ready;
  return worker;
}

/** Has the checker start, which takes seconds, before somebody writes. */
export function warm(): void {
  start();
}

/** Says what the cells of the notebook are; heard once the checker has started. */
export function tellCells(cells: readonly CheckedCell[]): void {
  latest = cells;
  void started?.ready.then(() => started?.worker.setCells(latest));
}

export const pathOf = (id: string): string => `/${id}.ts`;
