// The list of demos: says at once when this browser cannot run them.
import { diagnose, noWebGpuNotice } from './ui/webgpu-check';

const diagnosis = await diagnose();
if (!diagnosis.usable) document.querySelector('#support')?.append(noWebGpuNotice(diagnosis));
