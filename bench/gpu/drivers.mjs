// Makes the stub drivers of `drivers`, and the environment in which Dawn finds them before one of Mesa's compilers. Installs nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('./drivers/', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/gpu/', import.meta.url));

/** What Debian calls the packages that all of this needs. */
export const INSTALL = 'apt-get install mesa-vulkan-drivers libvulkan-dev libdrm-dev gcc';

/** Where Debian and others keep libraries. */
const LIBRARIES = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'];

/** @param {string} name */
const hasLibrary = (name) => LIBRARIES.some((folder) => existsSync(join(folder, name)));

/**
 * What this machine lacks for a GPU's compiler; nothing where all is there.
 * @param {{ intel?: string | undefined }} [gpu]
 * @returns {string[]}
 */
export function lacking({ intel } = {}) {
  const lacks = [];
  if (process.platform !== 'linux') return ['Linux, where Mesa compiles for GPUs that are not there'];
  const compiler = process.env.CC ?? 'gcc';
  if (spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status !== 0) lacks.push(`the C compiler ${compiler}`);
  if (!existsSync('/usr/include/vulkan/vulkan.h')) lacks.push("Vulkan's headers (libvulkan-dev)");
  if (!hasLibrary('libvulkan.so.1')) lacks.push("Vulkan's loader (libvulkan1)");
  const driver = intel ? 'libvulkan_intel.so' : 'libvulkan_radeon.so';
  if (!hasLibrary(driver)) lacks.push(`Mesa's driver ${driver} (mesa-vulkan-drivers)`);
  if (intel && !existsSync('/usr/include/libdrm/i915_drm.h')) lacks.push("the kernel's interfaces (libdrm-dev)");
  return lacks;
}

/** @param {readonly string[]} lacks */
export const lackingText = (lacks) =>
  `check gpu: this machine lacks ${lacks.join(', ')}.\nIt takes Debian's packages, or those of another system with the same files:\n\n  ${INSTALL}\n`;

/**
 * Compiles a source where its library is missing or older.
 * @param {string} name
 */
function library(name) {
  const [from, to] = [join(sources, `${name}.c`), join(cache, `${name}.so`)];
  if (existsSync(to) && statSync(to).mtimeMs > statSync(from).mtimeMs) return to;
  mkdirSync(cache, { recursive: true });
  const args = ['-O1', '-fPIC', '-shared', '-I/usr/include/libdrm', '-o', to, from, '-ldl'];
  const { status, stderr } = spawnSync(process.env.CC ?? 'gcc', args, { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`check gpu: ${from} does not compile; if a header is missing: ${INSTALL}\n${stderr}`);
  return to;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg fills it
const FORMAT = '${Version}';

/** Which Mesa this is, as its driver's file says it; kept in tables, since another compiles otherwise. */
export function mesaVersion() {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', FORMAT, 'mesa-vulkan-drivers'], { encoding: 'utf8' });
  return /^[\d.]+/.exec(stdout ?? '')?.[0] ?? 'unknown';
}

/**
 * The variables with which a process must start, since the loader and the drivers read them then.
 * @param {{ family: string, intel?: string | undefined }} gpu
 * @returns {Record<string, string>}
 */
export function environmentOf({ family, intel }) {
  const manifest = join(cache, 'nullicd.json');
  const stub = { library_path: library('nullicd'), api_version: '1.3.230' };
  const text = JSON.stringify({ file_format_version: '1.0.0', ICD: stub });
  // One process may write while another reads, so a file that is right stays.
  if (!existsSync(manifest) || readdirSync(cache).length === 0) writeFileSync(manifest, text);
  const common = {
    XDG_RUNTIME_DIR: process.env.TMPDIR ?? '/tmp',
    XDG_CACHE_HOME: cache,
    VK_ICD_FILENAMES: manifest,
    // Mesa would give a kernel that it knows without its assembly.
    MESA_SHADER_CACHE_DISABLE: 'true',
  };
  if (!intel) return { ...common, RADV_FORCE_FAMILY: family };
  return {
    ...common,
    GPU_STATIC_DRIVER: 'libvulkan_intel.so',
    INTEL_DEVID_OVERRIDE: intel,
    INTEL_NO_HW: '1',
    LD_PRELOAD: library('i915'),
  };
}
