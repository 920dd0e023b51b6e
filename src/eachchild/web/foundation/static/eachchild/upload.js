/* Sends files in pieces, so that a dropped connection or a closed page loses nothing: asked, the
   platform says how much of a file is there, and the rest follows. At the end both sides compare
   size and SHA-256. Without this script the form sends files whole. */
"use strict";

const ROUND = new Int32Array(64), START = new Uint32Array(8);
(function () {  // the first 32 bits of the fraction of square and cube roots of primes (FIPS 180-4)
  const bits = (x) => ((x - Math.floor(x)) * 4294967296) >>> 0;
  for (let n = 2, k = 0; k < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (k < 8) START[k] = bits(Math.sqrt(n));
    ROUND[k++] = bits(Math.cbrt(n));
  }
})();

class Sha256 {
  constructor() { this.h = START.slice(); this.w = new Int32Array(64); this.rest = new Uint8Array(0); this.size = 0; }
  add(bytes) {
    this.size += bytes.length;
    const all = new Uint8Array(this.rest.length + bytes.length);
    all.set(this.rest); all.set(bytes, this.rest.length);
    const whole = all.length - all.length % 64;
    for (let at = 0; at < whole; at += 64) this.block(all, at);
    this.rest = all.slice(whole);
  }
  block(p, at) {
    const w = this.w, h = this.h;
    for (let i = 0; i < 16; i++, at += 4) w[i] = (p[at] << 24) | (p[at + 1] << 16) | (p[at + 2] << 8) | p[at + 3];
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      const a = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const b = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + a + w[i - 7] + b) | 0;
    }
    let a = h[0] | 0, b = h[1] | 0, c = h[2] | 0, d = h[3] | 0;
    let e = h[4] | 0, f = h[5] | 0, g = h[6] | 0, k = h[7] | 0;
    for (let i = 0; i < 64; i++) {
      const s = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (k + s + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0;
      const t = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (t + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      k = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += k;
  }
  hex() {
    const size = this.size, pad = new Uint8Array((size % 64 < 56 ? 64 : 128) - size % 64);
    const view = new DataView(pad.buffer);
    pad[0] = 128;
    view.setUint32(pad.length - 8, Math.floor(size / 536870912));
    view.setUint32(pad.length - 4, (size * 8) >>> 0);
    this.add(pad);
    return Array.from(this.h, (x) => x.toString(16).padStart(8, "0")).join("");
  }
}

const form = document.querySelector("form[data-begin]");
const list = document.getElementById("sending");
const words = form ? form.dataset : {};
const PIECE = Math.min(Number(words.piece) || 8388608, 8388608), TRIES = 30;
const token = form && form.querySelector("[name=csrfmiddlewaretoken]").value;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function ask(address, options) {
  const answer = await fetch(address, { credentials: "same-origin", ...options,
    headers: { "X-CSRFToken": token, ...(options && options.headers) } });
  let told = {};
  try { told = await answer.json(); } catch (error) { /* a page, not data */ }
  return { status: answer.status, told };
}
const fields = (values) => ({ method: "POST", body: new URLSearchParams(values) });

function line(file) {
  const item = document.createElement("li"), name = document.createElement("strong");
  const bar = document.createElement("progress"), said = document.createElement("span");
  name.textContent = file.name; said.setAttribute("role", "status"); said.className = "quiet";
  bar.max = Math.max(file.size, 1); bar.value = 0; bar.setAttribute("aria-label", file.name);
  item.append(name, bar, said); list.append(item);
  return { at: (n) => { bar.value = n; }, say: (text) => { said.textContent = text; } };
}

async function send(file) {
  const row = line(file);
  row.say(words.sending);
  const begun = await ask(words.begin, fields({ name: file.name, size: file.size }));
  if (begun.status !== 200) { row.say(begun.told.why || words.failed); return false; }
  const address = words.upload.replace("00000000-0000-0000-0000-000000000000", begun.told.upload);
  let there = begun.told.received, sum = new Sha256(), read = 0, failed = 0;
  while (there < file.size) {
    const bytes = new Uint8Array(await file.slice(read, Math.min(read + PIECE, read < there ? there : file.size)).arrayBuffer());
    if (read < there) { sum.add(bytes); read += bytes.length; row.at(read); continue; }
    try {
      const last = there + bytes.length - 1;
      const answer = await ask(address, { method: "PUT", body: bytes,
        headers: { "Content-Range": `bytes ${there}-${last}/${file.size}`, "Content-Type": "application/octet-stream" } });
      if (answer.status === 200) { sum.add(bytes); read += bytes.length; there = read; failed = 0; row.at(there); row.say(words.sending); continue; }
      if (answer.status !== 409 || answer.told.received === undefined) throw new Error("answer");
      there = answer.told.received;  // another page sent it too, or this piece had arrived
      if (there < read) { sum = new Sha256(); read = 0; }
    } catch (error) {
      if (++failed > TRIES) { row.say(words.failed); return false; }
      row.say(words.waiting);
      await wait(Math.min(1000 * 2 ** failed, 15000));
      try {
        const now = await ask(address);
        if (now.status === 200) { there = now.told.received; if (there < read) { sum = new Sha256(); read = 0; } }
      } catch (again) { /* still away */ }
    }
  }
  while (read < file.size) {
    const bytes = new Uint8Array(await file.slice(read, read + PIECE).arrayBuffer());
    sum.add(bytes); read += bytes.length;
  }
  const done = await ask(`${address}arrived/`, fields({ sha256: sum.hex() }));
  row.at(file.size);
  row.say(done.status === 200 ? words.done : done.told.why || words.failed);
  return done.status === 200;
}

async function sendAll(files) {
  let all = true;
  for (const file of files) {
    try { all = (await send(file)) && all; } catch (error) { all = false; }
  }
  if (all) window.location.assign(window.location.pathname);
}

if (form) {
  const field = form.querySelector("input[type=file]"), button = form.querySelector("button");
  const start = async (event) => {
    event.preventDefault();
    if (!field.files.length || button.disabled) return;
    button.disabled = true;
    await sendAll(Array.from(field.files));
    button.disabled = false;
  };
  form.addEventListener("submit", start);
}
