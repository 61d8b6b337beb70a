const meta = await (await fetch("api/meta")).json(); document.getElementById("app").textContent = meta.queues.map(queue => queue.name).join(", ");
