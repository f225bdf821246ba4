// Structured differences of CloudFormation templates, by the engine of the CDK CLI.
//
// Reads JSON from the standard input: a list of {"base": template, "head": template}.
// Writes JSON: for each pair the resources that differ, whether CloudFormation replaces them and for which properties,
// and the text that `cdk diff` would show.
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';

const require = createRequire(import.meta.url);
const { formatDifferences, fullDiff } = require('@aws-cdk/cloudformation-diff');

function text(difference) {
  const parts = [];
  const stream = new Writable({ write: (chunk, _encoding, done) => { parts.push(chunk); done(); } });
  formatDifferences(stream, difference);
  return Buffer.concat(parts.map((part) => Buffer.from(part))).toString('utf8').replace(/\u001b\[[0-9;]*m/g, '');
}

// The difference of two templates; of each resource by itself when the engine fails on one of them.
function describe(pair) {
  try {
    return whole(pair);
  } catch {
    return apart(pair);
  }
}

function apart({ base, head }) {
  const only = (template, id) => {
    const resource = (template.Resources ?? {})[id];
    return { ...template, Resources: resource === undefined ? {} : { [id]: resource } };
  };
  const joined = { resources: {}, text: '' };
  for (const id of Object.keys({ ...base.Resources, ...head.Resources })) {
    try {
      Object.assign(joined.resources, whole({ base: only(base, id), head: only(head, id) }).resources);
    } catch (error) {
      joined.resources[id] = untold((base.Resources ?? {})[id], (head.Resources ?? {})[id]);
      joined.text += `${id}: cannot be shown: ${error.message}\n`;
    }
  }
  return joined;
}

// What is said of a resource on which the engine fails: each property that differs may replace it.
function untold(old, now) {
  const [before, after] = [old?.Properties ?? {}, now?.Properties ?? {}];
  const names = Object.keys({ ...before, ...after });
  const different = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return { impact: 'MAY_REPLACE', properties: Object.fromEntries(different.map((name) => [name, 'MAY_REPLACE'])) };
}

function whole({ base, head }) {
  const difference = fullDiff(base, head);
  const resources = {};
  difference.resources.forEachDifference((id, resource) => {
    const properties = {};
    for (const [name, property] of Object.entries(resource.propertyUpdates)) {
      properties[name] = property.changeImpact ?? null;
    }
    resources[id] = { impact: resource.changeImpact, properties };
  });
  return { resources, text: difference.isEmpty ? '' : text(difference) };
}

let input = '';
process.stdin.setEncoding('utf8');
for await (const chunk of process.stdin) input += chunk;

// CloudFormation takes no null: what is null is not there. The engine of the CLI fails on it.
function withoutNull(_key, value) {
  if (value === null) return undefined;
  return Array.isArray(value) ? value.filter((item) => item !== undefined) : value;
}
process.stdout.write(JSON.stringify(JSON.parse(input, withoutNull).map(describe)));
