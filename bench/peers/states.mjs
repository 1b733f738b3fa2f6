// SPDX-License-Identifier: Apache-2.0
// node states.mjs CASES: the same as bench/states.cpp, with aws-local-stepfunctions and jsonata. Prints one JSON document.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { StateMachine } = require('aws-local-stepfunctions');
const jsonata = require('jsonata');

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Runs `work` for a second, after a warm-up of half of one; how often a CPU second. */
async function perSecond(work) {
  for (const seconds of [0.5, 1]) {
    const start = cpuSeconds();
    let runs = 0;
    while (cpuSeconds() - start < seconds) {
      for (let i = 0; i < 20; i++, runs++) await work();
    }
    if (seconds === 1) return runs / (cpuSeconds() - start);
  }
}

const { executions, expressions } = JSON.parse(readFileSync(process.argv[2]));
const report = { executions: {}, expressions: {} };
for (const { name, definition, input } of executions) {
  const machine = new StateMachine(definition);
  report.executions[name] = await perSecond(() => machine.run(input).result);
}
for (const { name, expression, data } of expressions) {
  const compiled = jsonata(expression);
  report.expressions[name] = await perSecond(() => compiled.evaluate(data));
}
console.log(JSON.stringify(report));
