package agent

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"bellhop/config"
	"bellhop/hotel"
)

// billTexts are the words of a bill, by language.
var billTexts = map[string]map[string]string{
	"en": {
		"title": "Bill", "guest": "Guest", "room": "Room", "arrival": "Arrival", "departure": "Departure", "printed": "Printed",
		"date": "Date", "what": "Description", "quantity": "Quantity", "rate": "Tax", "amount": "Amount",
		"charges": "Charges", "paid": "Paid", "owed": "To pay", "credit": "In the guest's favour", "tax": "Tax %s in %s", "currency": "All amounts in %s.",
		"minibar": "Minibar", "call": "Telephone", "other": "Other", "payment": "Payment", "back": "correction", "late": "entered after departure", "none": "Nothing was charged.",
	},
	"zh": {
		"title": "账单", "guest": "客人", "room": "房间", "arrival": "入住", "departure": "退房", "printed": "打印时间",
		"date": "日期", "what": "项目", "quantity": "数量", "rate": "税率", "amount": "金额",
		"charges": "消费合计", "paid": "已付", "owed": "应付", "credit": "应退", "tax": "其中税额 %s（含税合计 %s）", "currency": "金额单位：%s。",
		"minibar": "迷你吧", "call": "电话", "other": "其他", "payment": "付款", "back": "更正", "late": "退房后录入", "none": "没有消费。",
	},
}

// billStyle is added to [reportStyle].
const billStyle = `
.who { margin: 5mm 0; line-height: 1.5 }
.who b { display: inline-block; min-width: 28mm; font-weight: normal; color: #444 }
.n { text-align: right; white-space: nowrap }
tfoot th { text-align: right; border: 0; font-weight: normal }
tfoot td { border: 0 }
tfoot .owed th, tfoot .owed td { font-weight: bold; border-top: 0.3mm solid #000 }
small { color: #444 }
section + section { break-before: page }`

// BillPage is bills as a page to print, one to a sheet, in zh or en. All that is
// not ours is escaped, and the page fetches nothing.
func BillPage(bills []hotel.Bill, h config.Hotel, language string, zone *time.Location, now time.Time) string {
	words := billTexts[language]
	if words == nil {
		words, language = billTexts["en"], "en"
	}
	p := billPage{words: words, zone: zone}
	p.say("<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<title>%s</title>\n", language, words["title"])
	p.b.WriteString("<style>\n" + reportStyle + billStyle + "\n</style>\n</head>\n<body>\n")
	for _, b := range bills {
		p.say("<section>\n<header><h1>%s</h1><p>%s</p></header>\n", h.Name, words["title"])
		p.who(b, now)
		p.table(b)
		p.say("</section>\n")
	}
	p.b.WriteString("</body>\n</html>\n")
	return p.b.String()
}

type billPage struct {
	b     strings.Builder
	words map[string]string
	zone  *time.Location
	bill  hotel.Bill
}

// say writes a format of ours with values that are escaped.
func (p *billPage) say(format string, args ...any) {
	for i, a := range args {
		args[i] = html.EscapeString(fmt.Sprint(a))
	}
	fmt.Fprintf(&p.b, format, args...)
}

func (p *billPage) money(minor int64) string { return hotel.FormatAmount(minor, p.bill.Currency) }

func (p *billPage) day(t time.Time) string { return t.In(p.zone).Format(time.DateOnly) }

// who says whose bill it is.
func (p *billPage) who(b hotel.Bill, now time.Time) {
	p.bill = b
	line := func(word, value string) {
		if value != "" {
			p.say("<b>%s</b>%s<br>\n", p.words[word], value)
		}
	}
	p.say("<p class=\"who\">\n")
	for _, s := range b.Stays {
		line("guest", s.Name)
		line("room", s.Room)
		line("arrival", p.day(s.CheckIn))
		if !s.CheckOut.IsZero() {
			line("departure", p.day(s.CheckOut))
		}
	}
	line("printed", now.In(p.zone).Format("2006-01-02 15:04"))
	p.say("</p>\n")
}

func (p *billPage) table(b hotel.Bill) {
	if len(b.Lines) == 0 {
		p.say("<p>%s</p>\n", p.words["none"])
		return
	}
	w := p.words
	p.say("<table>\n<thead><tr><th>%s</th><th>%s</th><th>%s</th><th class=\"n\">%s</th><th class=\"n\">%s</th><th class=\"n\">%s</th></tr></thead>\n<tbody>\n",
		w["date"], w["what"], w["room"], w["quantity"], w["rate"], w["amount"])
	for _, l := range b.Lines {
		p.line(l)
	}
	p.say("</tbody>\n<tfoot>\n")
	p.sum("", w["charges"], b.Charges)
	for _, t := range b.Taxes {
		p.sum("", fmt.Sprintf(w["tax"], t.Rate, p.money(t.Amount)), t.Tax)
	}
	if b.Paid != 0 {
		p.sum("", w["paid"], -b.Paid)
	}
	if b.Owed < 0 {
		p.sum("owed", w["credit"], -b.Owed)
	} else {
		p.sum("owed", w["owed"], b.Owed)
	}
	p.say("</tfoot>\n</table>\n<p><small>%s</small></p>\n", fmt.Sprintf(w["currency"], b.Currency))
}

func (p *billPage) line(l hotel.BillLine) {
	what := p.words[l.Kind]
	if l.Text != "" {
		what += ": " + l.Text
	}
	p.say("<tr><td>%s</td><td>%s", p.day(l.Time), what)
	if l.Corrects != "" {
		p.say(" <small>(%s)</small>", p.words["back"])
	}
	if l.Late {
		p.say(" <small>(%s)</small>", p.words["late"])
	}
	quantity, rate := strconv.Itoa(l.Quantity), ""
	if l.Kind == hotel.PostingPayment {
		quantity = ""
	}
	if l.TaxRate != 0 {
		rate = l.TaxRate.String()
	}
	p.say("</td><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n", l.Room, quantity, rate, p.money(l.Amount))
}

func (p *billPage) sum(class, what string, amount int64) {
	p.say("<tr class=\"%s\"><th colspan=\"5\">%s</th><td class=\"n\">%s</td></tr>\n", class, what, p.money(amount))
}
