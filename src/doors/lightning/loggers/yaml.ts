// Writes plain values as YAML, for hparams.yaml.

/** Strings that YAML would not read as plain text, so they are quoted. */
const special = /^(?:|[-+.\d].*|true|false|yes|no|on|off|null|~|.*[:#'"{}[\],&*!|>%@`\n].*|\s.*|.*\s)$/is;

const scalar = (value: string | number | boolean): string => {
  if (typeof value !== 'string')
    return Number.isFinite(value) || typeof value === 'boolean' ? String(value) : nonFinite(value);
  return special.test(value) ? JSON.stringify(value) : value;
};

const nonFinite = (value: number): string => (Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf');

export function yamlOf(values: Readonly<Record<string, string | number | boolean>>): string {
  const lines = Object.entries(values).map(([name, value]) => `${scalar(name)}: ${scalar(value)}\n`);
  return lines.length === 0 ? '{}\n' : lines.join('');
}
