// Finds out whether WebGPU can be used here and, where it cannot, says honestly why and what to do.
import { make } from 'lamplight-notebook/ui/dom';

/** What was found: each check in turn, and the first that failed. */
export interface Diagnosis {
  readonly usable: boolean;
  readonly secure: boolean;
  readonly api: boolean;
  readonly adapter: boolean;
  /** Whether the adapter is the processor in disguise. */
  readonly software: boolean;
}

/** By these names the processor offers itself as an adapter. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render/i;

/** Asks the browser for an adapter; leaves no device behind. */
export async function diagnose(): Promise<Diagnosis> {
  const secure = globalThis.isSecureContext;
  const api = Boolean((navigator as { gpu?: GPU }).gpu);
  let info: GPUAdapterInfo | undefined;
  if (api) {
    try {
      info = (await navigator.gpu.requestAdapter())?.info;
    } catch {
      // No adapter, then.
    }
  }
  const adapter = info !== undefined;
  const { vendor = '', architecture = '', description = '', isFallbackAdapter = false } = info ?? {};
  const software = isFallbackAdapter || SOFTWARE.test(`${vendor} ${architecture} ${description}`);
  return { usable: secure && api && adapter, secure, api, adapter, software };
}

interface Advice {
  readonly name: string;
  readonly matches: (agent: string) => boolean;
  readonly text: string;
}

const ADVICE: readonly Advice[] = [
  {
    name: 'Chrome, Edge and other Chromium browsers',
    matches: (agent) => /Chrome\//.test(agent) && !/Android/.test(agent),
    text: 'Version 113 or newer on Windows, macOS and ChromeOS. On Linux it may have to be switched on at `chrome://flags/#enable-unsafe-webgpu`. See that “Use graphics acceleration when available” is on in Settings → System, and look at `chrome://gpu` for the reason if WebGPU is disabled.',
  },
  {
    name: 'Chrome on Android',
    matches: (agent) => /Android/.test(agent) && /Chrome\//.test(agent),
    text: 'Version 121 or newer, on Android 12 or newer with a Qualcomm or ARM GPU. Update Chrome in the Play Store.',
  },
  {
    name: 'Safari on macOS, iPhone and iPad',
    matches: (agent) => /Safari\//.test(agent) && !/Chrome\/|Chromium|Firefox/.test(agent),
    text: 'Safari 26 or newer has WebGPU switched on. In Safari 18 it is a feature flag: Settings → Apps → Safari → Advanced → Feature Flags → WebGPU (on the Mac: Develop → Feature Flags).',
  },
  {
    name: 'Firefox',
    matches: (agent) => /Firefox\//.test(agent),
    text: 'Version 141 or newer on Windows, 145 or newer on Macs with Apple silicon. Elsewhere, Firefox Nightly with `dom.webgpu.enabled` set to true in `about:config`.',
  },
];

function headline({ secure, api }: Diagnosis): [title: string, text: string] {
  if (!secure) {
    return [
      'This address is not secure enough for WebGPU',
      'Browsers give WebGPU only to pages that come over HTTPS or from this very machine. Open the page at http://localhost, or serve it over HTTPS.',
    ];
  }
  if (!api) {
    return [
      'This browser does not offer WebGPU',
      'The networks here learn on your GPU through WebGPU, an interface that this browser does not have or has switched off.',
    ];
  }
  return [
    'No GPU answered',
    'The browser knows WebGPU but gave no adapter: graphics acceleration is off, the driver is on the browser’s block list, or the machine has no GPU that it can use.',
  ];
}

/** The notice that takes the demo's place. */
export function noWebGpuNotice(diagnosis: Diagnosis): HTMLElement {
  const [title, text] = headline(diagnosis);
  const check = (label: string, passed: boolean, reached: boolean) => {
    const [className, word] = !reached ? ['', 'Not reached'] : passed ? ['passed', 'Passed'] : ['failed', 'Failed'];
    // The mark that is seen is not read out everywhere; the word is.
    const spoken = make('span', { className: 'visually-hidden' }, `${word}: `);
    return make('li', { className }, make('span', {}, spoken, label));
  };
  const advice = ADVICE.map(({ name, matches, text: advised }) =>
    make(
      'details',
      { open: matches(navigator.userAgent) },
      make('summary', {}, name),
      make('p', {}, ...withCode(advised)),
    ),
  );
  return make(
    'section',
    { className: 'panel notice' },
    make('h2', {}, title),
    make('p', {}, text),
    make(
      'ul',
      { className: 'checks' },
      check(`Secure page (${location.protocol}//${location.host})`, diagnosis.secure, true),
      check('The browser has navigator.gpu', diagnosis.api, diagnosis.secure),
      check('requestAdapter() found a GPU', diagnosis.adapter, diagnosis.api),
    ),
    make('h3', {}, 'What helps'),
    ...advice,
  );
}

/** Text with its `backticked` parts set as code. */
function withCode(text: string): (Node | string)[] {
  return text.split('`').map((part, i) => (i % 2 === 0 ? part : make('code', {}, part)));
}
