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

function describe({ base, head }) {
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
