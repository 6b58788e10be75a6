// Runs the program that the address names, with the options that it gives, and shows in the page what the program logs.
import { load, names, parse } from './programs';

const nav = document.querySelector('nav')!;
const output = document.querySelector('pre')!;

for (const name of names) {
  const link = document.createElement('a');
  [link.href, link.textContent] = [`?program=${name}`, name];
  nav.append(link, ' ');
}

const { log } = console;
console.log = (...values: unknown[]) => {
  log(...values);
  output.append(`${values.join(' ')}\n`);
};

const { program, ...options } = Object.fromEntries(new URLSearchParams(location.search));
if (program !== undefined) {
  try {
    const { defaults, main } = await load(program);
    await main({ ...('data' in defaults && { data: '/data/mnist/' }), ...parse(Object.entries(options), defaults) });
    console.log('Done.');
  } catch (error) {
    console.log(String(error));
    throw error;
  }
}
