// Returns sentences about what is wrong with the page; an empty list when nothing is.
() => {
  const faults = [];
  const check = (holds, sentence) => holds || faults.push(sentence);
  const all = (selector) => [...document.querySelectorAll(selector)];

  check(document.documentElement.lang === "en", "the language is not named");
  check(document.title.includes("Twinstack"), "the title is missing");
  check(all("h1").length === 1, `there are ${all("h1").length} level-1 headings`);
  check(all("main").length === 1, "there is not exactly one main part");
  check(document.scrollingElement.scrollWidth <= innerWidth, "it scrolls sideways");

  const ids = all("[id]").map((element) => element.id);
  check(new Set(ids).size === ids.length, "an id is used twice");
  for (const input of all("input:not([type=hidden])"))
    check(input.labels.length > 0, `input ${input.name} has no label`);
  for (const named of all("a, button"))
    check(named.textContent.trim(), `a ${named.tagName} has no name`);
  for (const target of all("button, input:not([type=hidden]), .own a, .chips a"))
    check(target.getBoundingClientRect().height >= 24, `${target.outerHTML} is a small target`);

  // Contrast as WCAG 2.2 defines it; 4.5 is what level AA wants of text of normal size.
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const owners = all("body *").filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()),
  );
  for (const element of [...owners, ...all("input:not([type=hidden])")]) {
    const [dark, light] = [getComputedStyle(element).color, ground(element)]
      .map(luminance)
      .sort((a, b) => a - b);
    const contrast = (light + 0.05) / (dark + 0.05);
    check(contrast >= 4.5, `contrast of "${element.textContent.trim()}" is ${contrast.toFixed(2)}`);
  }
  return faults;
};
