// What pages of the reference do beyond being read: what is wider than the page can be moved by keyboard.
import './reference.css';
import { focusWhileScrollable } from 'lamplight-notebook/ui/scrollable';
import { startShell } from '../ui/shell';

for (const each of document.querySelectorAll<HTMLElement>('.wide')) focusWhileScrollable(each);
startShell(document.body.dataset.root ?? '');
