// The list of the guide's pages.
import { startShell } from '../ui/shell';

startShell('../');
