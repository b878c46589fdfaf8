package lossy

const (
	pageSize   = 4096
	sectorSize = 512
)

// content is what a file holds. A page that is not there is all zeros and takes
// no room.
type content struct {
	size  int64
	pages map[int64]*[pageSize]byte
}

func newContent() *content { return &content{pages: map[int64]*[pageSize]byte{}} }

func (c *content) clone() *content {
	made := &content{size: c.size, pages: make(map[int64]*[pageSize]byte, len(c.pages))}
	for number, page := range c.pages {
		same := *page
		made.pages[number] = &same
	}
	return made
}

// room is the number of bytes that it takes on the disk.
func (c *content) room() int64 { return int64(len(c.pages)) * pageSize }

// reserve makes the page; false when there is one already.
func (c *content) reserve(number int64) bool {
	if c.pages[number] != nil {
		return false
	}
	c.pages[number] = new([pageSize]byte)
	return true
}

// lacks counts the pages that are missing for the bytes from at to end.
func (c *content) lacks(at, end int64) (pages int64) {
	for number := at / pageSize; number*pageSize < end; number++ {
		if c.pages[number] == nil {
			pages++
		}
	}
	return pages
}

func (c *content) write(at int64, data []byte) {
	c.size = max(c.size, at+int64(len(data)))
	for len(data) > 0 {
		number, within := at/pageSize, at%pageSize
		c.reserve(number)
		n := copy(c.pages[number][within:], data)
		at, data = at+int64(n), data[n:]
	}
}

// read fills buf from what is there and says how much that is.
func (c *content) read(buf []byte, at int64) int {
	if at >= c.size {
		return 0
	}
	buf = buf[:min(int64(len(buf)), c.size-at)]
	for done := 0; done < len(buf); {
		number, within := (at+int64(done))/pageSize, (at+int64(done))%pageSize
		part := buf[done:min(len(buf), done+int(pageSize-within))]
		if page := c.pages[number]; page != nil {
			copy(part, page[within:])
		} else {
			clear(part)
		}
		done += len(part)
	}
	return len(buf)
}

func (c *content) truncate(size int64) {
	if size < c.size {
		for number := range c.pages {
			if number*pageSize >= size {
				delete(c.pages, number)
			}
		}
		if page := c.pages[size/pageSize]; page != nil {
			clear(page[size%pageSize:])
		}
	}
	c.size = size
}

func (c *content) bytes() []byte {
	all := make([]byte, c.size)
	c.read(all, 0)
	return all
}

// change is what was done to a file's content and not yet synced.
type change struct {
	number   uint64 // in the order of all that happens on the disk
	truncate bool   // to the length at; otherwise data is written there
	at       int64
	data     []byte
	certain  bool // synced, but behind one that is not
	doubtful bool // a sync of it failed
}

func (c change) apply(to *content) {
	if c.truncate {
		to.truncate(c.at)
		return
	}
	to.write(c.at, c.data)
}

// torn applies those sectors of a write for which keep says so.
func (c change) torn(to *content, keep func() bool) {
	if c.truncate {
		if keep() {
			c.apply(to)
		}
		return
	}
	for at, data := c.at, c.data; len(data) > 0; {
		n := min(int64(len(data)), sectorSize-at%sectorSize)
		if keep() {
			to.write(at, data[:n])
		}
		at, data = at+n, data[n:]
	}
}
