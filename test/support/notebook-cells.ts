// Owns running cells of Python as a notebook in a page, and what each prints.
import { writeFileSync } from 'node:fs';
import { openRunner } from '../../scripts/checks/notebook/runner.mjs';

type Runner = Awaited<ReturnType<typeof openRunner>>;
type Options = Omit<Parameters<Runner['run']>[0], 'path'>;

/** The text of a notebook: in Jupyter's form, or as Markdown. */
function notebookOf(path: string, cells: readonly string[]): string {
  if (!path.endsWith('.ipynb'))
    return `# Cells\n\n${cells.map((cell) => `\`\`\`python\n${cell}\n\`\`\`\n`).join('\n')}`;
  const code = cells.map((source) => ({ cell_type: 'code', metadata: {}, outputs: [], source }));
  return JSON.stringify({
    cells: code,
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  });
}

/**
 * Writes cells of Python into a notebook, `*.md` or `*.ipynb`, and runs it: what they print, cell by cell, and how many
 * failed. Without a runner, one is opened for it alone.
 */
export async function runCells(
  path: string,
  cells: readonly string[],
  { runner, ...options }: Options & { readonly runner?: Runner } = {},
): Promise<{ readonly told: string[]; readonly failed: number }> {
  writeFileSync(path, notebookOf(path, cells));
  const lines: string[] = [];
  const used = runner ?? (await openRunner());
  try {
    const failed = await used.run({ path, python: path.endsWith('.md'), ...options }, (text) => lines.push(text));
    return { told: lines.join('\n').split('── cell ').slice(1), failed };
  } finally {
    if (!runner) await used.close();
  }
}
