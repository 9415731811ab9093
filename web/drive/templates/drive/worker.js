{# Jinja writes the addresses in; the rest is the worker as it runs. -#}
// The driver's page without a signal: the files of the page and its empty shell are kept, and nothing about anybody.
"use strict";

const FILES = "food-rounds-{{ version }}";
const GROUND = "food-rounds-ground";
const SHELL = {{ shell|tojson }};
const ASSETS = {{ assets|tojson }};
const PATIENCE_MS = 5000;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll([SHELL, ...ASSETS].map((address) => new Request(address, { cache: "reload" }))))
    .then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("food-rounds-") && name !== FILES && name !== GROUND;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
    .then(() => clients.claim()));
});

function inTime(answer) {
  return Promise.race([answer, new Promise((_, failed) => setTimeout(() => failed(new Error("too slow")), PATIENCE_MS))]);
}

// A page of the route, or the shell where none comes.
async function page(request) {
  try {
    return await inTime(fetch(request));
  } catch {
    return await caches.match(SHELL) ?? Response.error();
  }
}

// What has its version in its address never changes; modules that import each other without one are asked for first.
async function file(request) {
  const kept = await caches.match(request);
  const url = new URL(request.url);
  if (kept && (url.searchParams.has("v") || url.pathname.startsWith("/map-assets/"))) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok && url.pathname.startsWith("/map-assets/")) (await caches.open(GROUND)).put(request, answer.clone());
    return answer;
  } catch (error) {
    const any = kept ?? await caches.match(request, { ignoreSearch: true });
    if (any) return any;
    throw error;
  }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (/^\/(static|d\/static|map-assets)\//.test(url.pathname)) event.respondWith(file(request));
});
