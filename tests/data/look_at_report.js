// What can be seen of a report: evaluated in its page by the test of HTML reports, all tests unfolded.
(() => {
  document.querySelectorAll("details").forEach((fold) => { fold.open = true; });

  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const isClear = (colour) => colour === "transparent" || channels(colour)[3] === 0;
  const behind = (element) => {
    if (element.matches("text.on-track")) return getComputedStyle(element.previousElementSibling).fill;
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (!isClear(backgroundColor)) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };

  const texts = [...document.querySelectorAll("body *")].filter((element) =>
    element.tagName !== "title" &&
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
  const contrasts = texts.map((element) => {
    const style = getComputedStyle(element);
    const colour = element.ownerSVGElement ? style.fill : style.color;
    return { text: element.textContent.trim().slice(0, 40), ratio: contrast(colour, behind(element)) };
  });
  const beyond = [...document.querySelectorAll("body *")].filter((element) =>
    !element.closest(".scroll, pre") && element.getBoundingClientRect().right > innerWidth + 0.5);

  const all = (selector) => [...document.querySelectorAll(selector)];
  return {
    title: document.title,
    language: document.documentElement.lang,
    page: getComputedStyle(document.body).backgroundColor,
    width: innerWidth,
    scrolls: document.documentElement.scrollWidth,
    beyond: beyond.map((element) => element.outerHTML.slice(0, 80)),
    levels: all("h1, h2, h3, h4, h5, h6").map((heading) => Number(heading.tagName[1])),
    headings: all("h1, h2").map((heading) => heading.textContent),
    texts: contrasts.length,
    faint: contrasts.filter(({ ratio }) => !(ratio >= 4.5)),
    pictures: all("svg").length,
    unnamed: all("svg:not([role=img][aria-label]), figure:not(:has(figcaption))").length,
    unreachable: all(".scroll:not([tabindex][aria-label])").length,
    empty: all("svg").filter((picture) => picture.getBBox().width === 0).length,
  };
})()
