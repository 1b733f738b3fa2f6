// SPDX-License-Identifier: Apache-2.0
// The Node.js runtime of a function's sandbox: a client of the Lambda Runtime API.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. Texts of errors follow AWS's own
// runtime interface client (aws-lambda-nodejs-runtime-interface-client).
//
// Started by enter.py. CommonJS and ES modules, handlers that are async, that call back or that just
// return; the AWS SDK, version 3 and 2, is found and reaches the server without a change to the code.
'use strict';
const fs = require('fs');
const net = require('net');
const path = require('path');
const util = require('util');
const Module = require('module');

const ROOT = '/2018-06-01/runtime';
// A line that ends with this goes on in the next line: how events of several lines stay one event.
const CONTINUED = '\x1e';

// -- the log ---------------------------------------------------------------------------------------

let requestId;

function logEvent(level, text) {
  const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${text}`;
  fs.writeSync(1, line.replace(/\n/g, CONTINUED + '\n') + '\n');
}

function patchConsole() {
  const levels = { log: 'INFO', info: 'INFO', debug: 'DEBUG', trace: 'TRACE', warn: 'WARN', error: 'ERROR' };
  for (const [name, level] of Object.entries(levels)) {
    console[name] = (...words) => logEvent(level, util.format(...words));
  }
}

// -- errors ----------------------------------------------------------------------------------------

class Fault extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

const isError = (value) => util.types.isNativeError(value) || value instanceof Error ||
  (value && value.name && value.message && value.stack);

/** As the caller of the function sees an error. */
function describe(error) {
  if (!isError(error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') };
}

/** As the log has it: own members of the error included. */
function logged(error) {
  if (!isError(error)) return JSON.stringify(describe(error));
  const { name, message, stack, ...more } = error;
  const own = { errorType: error.name || 'UnknownError', errorMessage: error.message, ...(error.code ? { code: error.code } : {}),
    ...more, stack: String(error.stack).split('\n') };
  try {
    return JSON.stringify(own);
  } catch {
    return JSON.stringify(describe(error));
  }
}

// -- the Runtime API -------------------------------------------------------------------------------

/** One kept connection; while the function works it does not keep the event loop alive. */
class Client {
  constructor(address) {
    const [host, port] = address.split(':');
    this.socket = net.connect({ host, port: Number(port), noDelay: true });
    this.socket.on('data', (bytes) => this.take(bytes));
    this.socket.on('close', () => process.exit(1)); // the server has let go of this sandbox
    this.socket.on('error', () => process.exit(1));
    this.pieces = [];
    this.size = 0;
    this.wanted = Infinity;
  }

  call(method, where, body, headers = {}) {
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
    let head = `${method} ${ROOT}${where} HTTP/1.1\r\nHost: runtime\r\n`;
    for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
    if (method === 'POST') head += `Content-Type: application/json\r\nContent-Length: ${bytes.length}\r\n`;
    this.socket.ref();
    this.socket.write(Buffer.concat([Buffer.from(head + '\r\n'), bytes]));
    return new Promise((resolve) => { this.resolve = resolve; });
  }

  take(bytes) {
    this.pieces.push(bytes);
    this.size += bytes.length;
    if (this.wanted === Infinity) this.readHead();
    if (this.size < this.wanted) return;
    const all = Buffer.concat(this.pieces);
    const reply = { headers: this.headers, body: all.subarray(this.wanted - this.length, this.wanted).toString() };
    const rest = all.subarray(this.wanted);
    this.pieces = rest.length ? [rest] : [];
    this.size = rest.length;
    this.wanted = Infinity;
    this.socket.unref();
    this.resolve(reply);
  }

  readHead() {
    const all = this.pieces.length === 1 ? this.pieces[0] : Buffer.concat(this.pieces);
    this.pieces = [all];
    const end = all.indexOf('\r\n\r\n');
    if (end < 0) return;
    this.headers = {};
    for (const line of all.subarray(0, end).toString().split('\r\n').slice(1)) {
      const colon = line.indexOf(':');
      this.headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    this.length = Number(this.headers['content-length'] || 0);
    this.wanted = end + 4 + this.length;
  }

  next() { return this.call('GET', '/invocation/next'); }
  respond(id, body) { return this.call('POST', `/invocation/${id}/response`, body); }
  fail(id, error) { return this.report(`/invocation/${id}/error`, error); }
  failInit(error) { return this.report('/init/error', error); }

  report(where, error) {
    const type = String(describe(error).errorType).replace(/[^\x20-\x7e]/g, '?');
    return this.call('POST', where, JSON.stringify(describe(error)), { 'Lambda-Runtime-Function-Error-Type': type });
  }
}

// -- the AWS SDK -----------------------------------------------------------------------------------

/**
 * What is changed in a module of the SDK once it is loaded. Version 2 knows no AWS_ENDPOINT_URL; and both
 * versions send messages to the host of a queue's URL, which from here is this server, whatever it is called.
 */
const PATCHES = [
  [/(^|\/)core(\.js)?$/, 'Config', (core) => {
    const keys = core.Config?.prototype?.keys; // defaults of whatever makes a configuration
    if (keys) Object.assign(keys, { endpoint: process.env.AWS_ENDPOINT_URL, s3ForcePathStyle: true });
  }],
  [/(^|\/)clients\/sqs(\.js)?$|^\.\/sqs$/, 'services', (client) => { client.prototype.buildEndpoint = () => {}; }],
  [/^@aws-sdk\/middleware-sdk-sqs$/, 'resolveQueueUrlConfig', (middleware) => {
    const resolve = middleware.resolveQueueUrlConfig;
    middleware.resolveQueueUrlConfig = (config) => resolve({ ...config, useQueueUrlAsEndpoint: config.useQueueUrlAsEndpoint ?? false });
  }],
];

function patchSdk() {
  const load = Module._load;
  const done = new WeakSet();
  Module._load = function (request, ...others) {
    const loaded = load.call(this, request, ...others);
    for (const [name, member, patch] of PATCHES) {
      // `in`: while modules load each other in a circle, a look at what is missing warns.
      if (!name.test(request) || !loaded || !/object|function/.test(typeof loaded) || !(member in loaded) || done.has(loaded)) continue;
      done.add(loaded);
      patch(loaded);
    }
    return loaded;
  };
  process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE ??= '1';
}

function findPackages() {
  const own = `/opt/nodejs/node${process.versions.node.split('.')[0]}/node_modules`;
  const folders = [own, '/opt/nodejs/node_modules', '/var/runtime/node_modules', '/var/task'];
  process.env.NODE_PATH = [process.env.NODE_PATH, ...folders].filter(Boolean).join(':');
  Module._initPaths();
}

// -- the handler -----------------------------------------------------------------------------------

/** "folder/file.export.of.it" */
function parseHandler(text) {
  if (text.includes('..')) {
    throw new Fault('Runtime.MalformedHandlerName',
      `'..' is not valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const name = path.basename(text);
  const match = name.match(/^([^.]*)\.(.*)$/);
  if (!match || !match[1] || !match[2]) throw new Fault('Runtime.MalformedHandlerName', 'Bad handler');
  return { folder: text.slice(0, text.length - name.length), file: match[1], names: match[2].split('.') };
}

/** What package.json says about the kind of .js files there. */
function isModuleFolder(folder) {
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      return JSON.parse(fs.readFileSync(path.join(at, 'package.json'), 'utf8')).type === 'module';
    } catch (error) {
      if (error.code !== 'ENOENT') return false;
    }
    if (at === path.dirname(at)) return false;
  }
}

async function loadModule(root, folder, file) {
  const stem = path.resolve(root, folder, file);
  const importFile = (name) => import(require('url').pathToFileURL(name).href);
  if (fs.existsSync(stem) && fs.statSync(stem).isFile()) return require(stem);
  if (fs.existsSync(stem + '.js')) {
    return isModuleFolder(path.dirname(stem)) ? importFile(stem + '.js') : require(stem + '.js');
  }
  if (fs.existsSync(stem + '.mjs')) return importFile(stem + '.mjs');
  if (fs.existsSync(stem + '.cjs')) return require(stem + '.cjs');
  return require(require.resolve(file, { paths: [root, path.join(root, folder)] }));
}

async function loadHandler(root, text) {
  const { folder, file, names } = parseHandler(text);
  let found;
  try {
    found = await loadModule(root, folder, file);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Fault('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    if (error && (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND')) {
      throw new Fault('Runtime.ImportModuleError', String(error));
    }
    throw error;
  }
  const pick = (from) => names.reduce((value, name) => value && value[name], from);
  const handler = pick(found) ?? pick(found.default);
  if (handler === undefined || handler === null) {
    throw new Fault('Runtime.HandlerNotFound', `${text} is undefined or not exported`);
  }
  if (typeof handler !== 'function') throw new Fault('Runtime.HandlerNotFound', `${text} is not a function`);
  return handler;
}

// -- one invocation --------------------------------------------------------------------------------

function makeContext(headers, finish) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const text = headers['lambda-runtime-client-context'];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: text ? JSON.parse(text) : undefined,
    identity: undefined,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: (error, result) => finish(error, result),
    fail: (error) => finish(error === undefined || error === null ? 'handled' : error),
    succeed: (result) => finish(null, result),
  };
}

/** Calls `then` when nothing is left to do in the event loop, once. */
let onIdle = null;
process.on('beforeExit', () => {
  const then = onIdle;
  onIdle = null;
  if (then) then();
});

/**
 * The outcome {error} or {result} of a handler. What it returns counts if it is a promise, else what
 * it calls back, once the event loop is empty; and null if it does neither.
 */
function invoke(handler, event, headers) {
  return new Promise((resolve) => {
    let settled = false;
    const settle = (outcome) => {
      if (settled) return;
      settled = true;
      onIdle = null;
      resolve(outcome);
    };
    let called = false;
    const callback = (error, result) => {
      if (called) return;
      called = true;
      const outcome = error === undefined || error === null ? { result } : { error };
      if (context.callbackWaitsForEmptyEventLoop) onIdle = () => settle(outcome);
      else setImmediate(() => settle(outcome));
    };
    const context = makeContext(headers, (error, result) => {
      context.callbackWaitsForEmptyEventLoop = false;
      callback(error, result);
    });
    onIdle = () => settle({ result: null });
    try {
      const returned = handler(event, context, callback);
      if (returned && typeof returned.then === 'function') {
        returned.then((result) => settle({ result }), (error) => settle({ error }));
      }
    } catch (error) {
      settle({ error });
    }
  });
}

function encoded(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (error) {
    throw new Fault('Runtime.MarshalError', 'Unable to stringify response body');
  }
}

async function serveOne(client, handler) {
  const { headers, body } = await client.next();
  requestId = headers['lambda-runtime-aws-request-id'];
  process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] || '';
  const outcome = await invoke(handler, JSON.parse(body), headers);
  try {
    if ('error' in outcome) throw outcome.error;
    await client.respond(requestId, encoded(outcome.result));
  } catch (error) {
    logEvent('ERROR', `Invoke Error \t${logged(error)}`);
    await client.fail(requestId, error);
  }
}

/** An error outside of every handler ends the process, as with AWS's runtime. */
function onUncaught(client) {
  const end = (error, status) => {
    logEvent('ERROR', `Uncaught Exception \t${logged(error)}`);
    const told = requestId ? client.fail(requestId, error) : client.failInit(error);
    told.then(() => process.exit(status));
  };
  process.on('uncaughtException', (error) => end(error, 129));
  process.on('unhandledRejection', (reason) => {
    const fault = new Fault('Runtime.UnhandledPromiseRejection', String(reason));
    fault.reason = isError(reason) ? describe(reason) : reason;
    end(fault, 128);
  });
}

async function main() {
  const client = new Client(process.env.AWS_LAMBDA_RUNTIME_API);
  patchConsole();
  onUncaught(client);
  findPackages();
  patchSdk();
  process.chdir(process.env.LAMBDA_TASK_ROOT);
  let handler;
  try {
    handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    logEvent('ERROR', `Uncaught Exception \t${logged(error)}`);
    await client.failInit(error);
    process.exit(1);
  }
  for (;;) await serveOne(client, handler);
}

main();
