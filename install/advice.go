package install

// adviceZH says in Chinese what advice says.
var adviceZH = map[error]string{
	ErrLogin:       "再试之前请核对 install.url 中的用户名和密码：多次错误会使本机地址被锁定",
	ErrUntrusted:   "如果电话交换机是新的、已更换或已重置，请核对指纹并运行 bellhop trust install；否则可能有人在中间",
	ErrReach:       "请检查地址和端口，确认电话交换机已启用该服务、允许本机地址且未锁定它",
	ErrLost:        "请再次运行同一命令：已完成的不会重做",
	ErrBusy:        "请关闭其他 FTP 或 SFTP 程序，等一分钟后再次运行同一命令",
	ErrMissing:     "请检查路径",
	ErrDenied:      "请授予该用户写入权限，或换用有权限的用户",
	ErrReadOnly:    "请重新挂载为可写；如因故障变为只读，请重启电话交换机",
	ErrFull:        "请在电话交换机的磁盘上腾出空间（例如删除旧录音），再次运行同一命令",
	ErrExists:      "请手动改名或删除",
	ErrNoFile:      "请在配置中写文件本身，而不是链接或文件夹",
	ErrTooBig:      "请查看那里是什么：Bellhop 没有这么大的文件",
	ErrUnsupported: "请在 install.url 中改用 sftp:// 或 ftp:// 中的另一种",
	ErrRefused:     "请检查该用户能否写入、磁盘是否已满或只读，以及服务器日志",
	ErrChanged:     "有人正在改动电话交换机；请重新查看计划",
	ErrOthers:      "请查看差异，并说明是覆盖还是保留",
	ErrReadBack:    "请检查电话交换机的磁盘是否已满或有故障，再次运行同一命令",
	ErrLineEnds:    "请关闭服务器的 ASCII 模式，或在 install.url 中使用 sftp://",
}

// Kinds gives the kinds of failure that are in an error, each once, outermost
// first, as far as there is something to do about them.
func Kinds(err error) []error {
	var all []error
	var walk func(err error)
	walk = func(err error) {
		if e, is := err.(*Error); is && advice[e.Kind] != "" {
			for _, had := range all {
				if had == e.Kind {
					return
				}
			}
			all = append(all, e.Kind)
			return
		}
		switch under := err.(type) {
		case interface{ Unwrap() error }:
			if next := under.Unwrap(); next != nil {
				walk(next)
			}
		case interface{ Unwrap() []error }:
			for _, next := range under.Unwrap() {
				walk(next)
			}
		}
	}
	if err != nil {
		walk(err)
	}
	return all
}

// AdviceZH says in Chinese what to do about a kind of failure; what an error's
// own text says of it is English.
func AdviceZH(kind error) string { return adviceZH[kind] }
