"use strict";

const app = document.querySelector("#app");
const token = document.querySelector("meta[name=csrf-token]").content;

// An element with attributes and children; nothing of what the portal says is read as HTML.
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

async function ask(path, options) {
  const answer = await fetch(path, options);
  if (answer.status === 401) location.assign("/login");
  const told = await answer.json();
  if (!answer.ok && options === undefined) throw Object.assign(new Error(told.message), { status: answer.status });
  return told;
}

function start(item) {
  return make("time", { datetime: item.starts_at }, item.starts_at.slice(0, 16).replace("T", " "));
}

function acceptButton(item) {
  if (item.accept === null) return null;
  const button = make("button", { class: "accept", type: "button" }, "Accept");
  button.addEventListener("click", async () => {
    button.disabled = true;
    app.setAttribute("aria-busy", "true");
    const { method, url } = item.accept;
    try {
      const told = await ask(url, { method, headers: { "X-CSRF-Token": token } });
      document.querySelector("#toast").textContent = told.message;
    } catch {
      document.querySelector("#toast").textContent = "No answer from Interlink";
    }
    await draw();
  });
  return button;
}

function row(item) {
  const cells = [
    make("a", { href: item.url }, item.reference),
    item.state,
    start(item),
    String(item.duration_minutes),
    item.language,
    item.type,
    item.postcode ?? "",
    item.posted_on,
    acceptButton(item) ?? "",
  ];
  return make("tr", { "data-state": item.state }, ...cells.map((cell) => make("td", {}, cell)));
}

function pages(meta) {
  const nav = make("nav", { class: "pages" });
  for (let number = 1; number <= meta.pages; number += 1) {
    const query = new URLSearchParams(location.search);
    query.set("page", number);
    nav.append(
      number === meta.page
        ? make("b", {}, String(number))
        : make("a", { href: `${location.pathname}?${query}` }, String(number)),
      " ",
    );
  }
  return nav;
}

function board({ data, meta }) {
  const headings = ["Reference", "State", "Starts", "Minutes", "Language", "Type", "Postcode", "Posted", ""];
  const head = make("thead", {}, make("tr", {}, ...headings.map((heading) => make("th", {}, heading))));
  const list = data.length
    ? make("table", { class: "grid" }, head, make("tbody", {}, ...data.map(row)))
    : make("p", { class: "empty" }, "No assignments");
  return [
    make("p", { class: "total" }, `${meta.total} assignment${meta.total === 1 ? "" : "s"}`),
    list,
    meta.pages > 1 ? pages(meta) : "",
  ];
}

function assignment({ data }) {
  const { details } = data;
  const facts = {
    Starts: start(data),
    Minutes: String(data.duration_minutes),
    Language: data.language,
    Type: data.type,
    Posted: data.posted_on,
    Company: details.company,
    Client: details.client,
    "Client reference": details.client_reference,
    Qualification: details.qualification,
    "Security check": details.security_check,
    Gender: details.gender,
    Instructions: details.instructions,
    Address: make("div", {}, ...details.address.map((line) => make("div", {}, line))),
  };
  const list = make("dl", { class: "detail" });
  for (const [name, value] of Object.entries(facts)) list.append(make("dt", {}, name), make("dd", {}, value));
  return [
    make("h1", { class: "ref" }, data.reference),
    " ",
    make("span", { class: "state" }, data.state),
    list,
    acceptButton(data) ?? "",
  ];
}

async function draw() {
  app.setAttribute("aria-busy", "true");
  const one = /^\/assignments\/\d+$/.test(location.pathname);
  try {
    const told = await ask(one ? `/api${location.pathname}` : `/api/assignments${location.search}`);
    document.querySelector(".bar__user").textContent = told.user.name;
    app.replaceChildren(...(one ? assignment(told) : board(told)));
  } catch (error) {
    const status = error.status ? { "data-status": error.status } : {};
    const words = error.status ? error.message : "Interlink cannot be reached";
    app.replaceChildren(make("p", { class: "problem", ...status }, words));
  }
  app.setAttribute("aria-busy", "false");
}

draw();
