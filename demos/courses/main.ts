// The list of courses, and of the notebooks that the visitor has written.
import { plainName } from 'lamplight-notebook/file/notebook';
import { openNotebookFile } from 'lamplight-notebook/page/files';
import { forget, ownNotebooks } from 'lamplight-notebook/page/store';
import { byId, make } from 'lamplight-notebook/ui/dom';
import { startShell } from '../ui/shell';
import { showSolved } from '../ui/solved';

startShell('../');
showSolved();
const list = byId('own', HTMLUListElement);
const note = byId('own-note', HTMLParagraphElement);
const input = byId('file', HTMLInputElement);
const days = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

async function show(): Promise<void> {
  const notebooks = await ownNotebooks();
  note.hidden = notebooks.length > 0;
  list.hidden = notebooks.length === 0;
  list.replaceChildren(
    ...notebooks.map(({ id, title, changed }) => {
      const open = make('a', { className: 'card', href: `../notebook/?own=${id}` });
      open.append(make('strong', {}, title), make('span', {}, `Changed ${days.format(changed)}`));
      const remove = make('button', { type: 'button', className: 'button quiet remove' }, 'Delete');
      remove.setAttribute('aria-label', `Delete ${title}`);
      remove.addEventListener('click', async () => {
        if (!confirm(`Delete “${title}”? It is kept nowhere else.`)) return;
        await forget(`own/${id}`);
        await show();
        byId('open', HTMLButtonElement).focus();
      });
      return make('li', {}, open, remove);
    }),
  );
}

byId('open', HTMLButtonElement).addEventListener('click', () => input.click());
input.addEventListener('change', async () => {
  const [file] = input.files ?? [];
  if (!file) return;
  try {
    location.assign(`../notebook/?own=${await openNotebookFile(file)}`);
  } catch (error) {
    note.hidden = false;
    note.textContent = `${plainName(file.name)} could not be opened: ${(error as Error).message}`;
  }
});
await show();
