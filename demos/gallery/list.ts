// The list of the gallery's pages.
import { startShell } from '../ui/shell';

startShell('../');
