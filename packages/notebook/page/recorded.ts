// Outputs that came with a page, recorded when it was made: found again for cells that stand in the place of those that came with it.

/** Takes the recorded outputs of the cells in `root`, and gives each to a cell with the same code; those of one code in their order. */
export function recordedIn(root: HTMLElement): (code: string) => HTMLElement | undefined {
  const byCode = new Map<string, HTMLElement[]>();
  for (const outputs of root.querySelectorAll<HTMLElement>('.code-cell > .outputs[data-recorded]')) {
    const code = outputs.parentElement?.querySelector('pre')?.textContent?.trim() ?? '';
    byCode.set(code, [...(byCode.get(code) ?? []), outputs]);
  }
  return (code) => byCode.get(code.trim())?.shift();
}
