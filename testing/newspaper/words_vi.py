"""Vietnamese: alternatives by line or ``|``, so short that two articles share few runs of three words."""

from __future__ import annotations

RULES = {
    "sentence": """
{time}, {org} {verb} {np} {prep} {np} {end}.
{Np} {state} {np} {prep} {np}, {connect} {org} {verb} {np} {end}.
Theo {person}, {np} {state} {np} {end}, {connect} {np} {state}.
{person} {said} {np} {state} {np} {prep} {place} {end}.
“{Np} {state} {np}, {connect} {np} {will} {verb} {np} {end}”, {person} {said2}.
“{Time} {people} {verb} {np} {prep} {np} {end}”, đại diện {org} {said2}.
{Connect} {org} {verb} {np}, {people} {prep} {place} {will} {verb} {np} {end}.
{Np} {prep} {place} {state} {amount}, {more} {amount} so {period}.
{time}, {amount} được {org} chi cho {np}, {connect} {np} {state} {end}.
{People} {prep} {place} {verb} {np} {end}, {connect} {np} {state} {np}.
Ông {person} {will} {verb} {np} {prep} {place}, {connect} {people} {state} {np}.
Bà {person} {said} {amount} {prep} {np} {state} {np} {end}.
{number} {people} {verb} {np} {time2}, {more} {number} {people} {period}.
{Np} {will} {state} {np} {time2}, trước khi {org} {verb} {np} {end}.
Trong {np}, {people} {state} {np}, riêng {place} {verb} {amount} {end}.
{org} và {org} {verb} {np} {time2}, {connect} {np} {prep} {place} {state}.
Sau {number} {unit}, {np} {prep} {place} {state} {np}, {more} {amount}.
{Np} còn {state} {np}, {person} {said2} {prep} {place} {time2}.
Không {verb} {np}, {people} {will} {verb} {np} {prep} {np} {end}.
Dự kiến {time2} {org} {verb} {np}, {amount} lấy từ {np}.
Với {amount}, {np} {will} {verb} {np} {end}, {person} {said2}.
Khi {np} {state}, {people} {prep} {place} {verb} {np}, {connect} {org} {verb} {np}.
""",
    "lead": """
{time}, {org} {verb} {np} {prep} {place}, {connect} {np} {state} {np}.
{Np} {prep} {place} {state} {np}, {person} {said2} {time2}.
{People} {prep} {place} {verb} {np}, {connect} {org} {verb} {amount} cho {np}.
{Np} {will} {state} {amount} {time2}, {connect} {people} {verb} {np}.
""",
    "title": """
{place} {verb} {np} {prep} {np}
{org} {verb} {np}, {people} {state} {noun}
{Np} {state} {amount} {time2}
{Noun} {adj} {prep} {place} {state} {noun} {adj}
{People} {place} {verb} {noun} {adj} {end}
{person}: {noun} {adj} {will} {verb} {noun} {adj}
{number} {people} {verb} {noun} {adj} {prep} {place}
{Noun} {adj} {verb} {noun} {end}
""",
    "heading": "{Noun} {adj} {prep} {place}|{People} {state} {noun}|{Noun} {state} {noun}|{Connect} {noun} {adj}",
    "caption": "{Np} {prep} {place}. Ảnh: {person}|{People} {verb} {noun} {adj} {time2}. Ảnh: {person}",
    "np": (
        "{noun} {adj}|{noun} {noun}|{noun} {prep} {topic}|{topic} {adj}|{topic}|{number} {noun} {adj}"
        "|{noun} {topic}|{noun} của {org}|{noun} {adj} {noun}|{noun}"
    ),
    "amount": (
        "{nz}{d}{d} tỷ đồng|{nz}.{d}{d}0 tỷ đồng|{nz},{d}%|{nz}{d},{d}%|{nz}{d} triệu USD|{nz}{d}.{d}00 tấn"
        "|{nz}.{d}{d}{d} ha|{nz}{d}{d} km|{nz}{d}.{d}{d}{d} lượt"
    ),
    "number": (
        "{nz}{d}|{nz}{d}{d}|{nz}.{d}{d}{d}|hai|ba|bốn|năm|sáu|bảy|tám|chín|hơn {nz}{d}|gần {nz}{d}{d}|{nz}{d}.{d}{d}{d}"
    ),
    "time": (
        "sáng {day}|chiều {day}|tối {day}|trưa {day}|ngày {day}|hôm {day}|từ {day}|cuối {month}|đầu {month}"
        "|giữa {month}"
    ),
    "time2": (
        "sáng {day}|vào {day}|trước {day}|quý {nz}|trong {month}|từ {month}|đến {month}|tuần này|hôm qua|năm tới"
        "|sắp tới"
    ),
    "day": "{dd}/{mm}",
    "dd": "|".join(str(number) for number in range(1, 29)),
    "mm": "|".join(str(number) for number in range(1, 13)),
    "month": "tháng {mm}|năm 20{nz}{d}|mùa mưa|mùa khô|vụ đông|vụ hè|dịp lễ|kỳ nghỉ",
    "period": "cùng kỳ|năm trước|tháng {mm}|quý trước|kế hoạch|dự báo|ngày {day}",
    "more": "tăng|giảm|cao hơn|thấp hơn|vượt|kém|nhiều hơn|ít hơn|nhích|hụt",
    "connect": (
        "trong khi|đồng thời|vì vậy|dù|nhưng|bởi|nên|khiến|còn|do đó|mặt khác|nhờ đó|thay vào đó|ngược lại"
        "|tuy vậy|sau đó|trước đó|bên cạnh đó|ngoài ra|đặc biệt"
    ),
    "prep": "ở|tại|cho|với|về|qua|trong|theo|từ|ngoài|quanh|dọc|gần|trên|dưới|giữa|cùng",
    "end": (
        "nhanh hơn|kịp thời|từng bước|đúng hạn|công khai|hiệu quả|lâu dài|bền vững|chặt chẽ|đồng bộ|ngay lập tức"
        "|thận trọng|rộng rãi|miễn phí|thường xuyên|trực tuyến|lần đầu|trở lại|dần dần|quyết liệt|sớm hơn"
        "|chậm lại|liên tục|độc lập"
    ),
    "will": "sẽ|cần|phải|có thể|đang|đã|nên|chưa|vừa|sắp|khó|được|muốn|mong|định",
    "said": (
        "cho biết|khẳng định|nhận định|cho rằng|nhấn mạnh|lưu ý|cảnh báo|giải thích|thừa nhận|đánh giá|kể|phân tích|tin"
    ),
    "said2": (
        "nói|cho hay|chia sẻ|kể lại|bày tỏ|phát biểu|trả lời|giải thích|nhận xét|kết luận|bổ sung|lý giải|tâm sự"
    ),
    "unit": "ngày|tuần|tháng|năm|quý|giờ|đợt|vòng|mùa|phiên|chuyến|lần",
    "people": (
        "người dân|tiểu thương|nông dân|công nhân|sinh viên|học sinh|giáo viên|bác sĩ|y tá|tài xế|ngư dân|kỹ sư"
        "|nhà thầu|chủ trọ|khách hàng|du khách|cổ đông|hộ dân|phụ huynh|cư dân|nhà vườn|thợ hàn|diễn viên"
        "|vận động viên|huấn luyện viên|nhà khoa học|luật sư|kiểm lâm|cán bộ|thủ kho|đầu bếp|nghệ nhân|nhà báo"
        "|lập trình viên|kiến trúc sư|thủy thủ|phi công"
    ),
    "verb": (
        "công bố|triển khai|xem xét|phê duyệt|đề xuất|kiểm tra|khởi công|hoàn thành|mở rộng|thu hồi|hỗ trợ"
        "|bàn giao|thử nghiệm|điều chỉnh|rà soát|nâng cấp|tổ chức|vận hành|đấu thầu|giám sát|ký kết|xây dựng"
        "|cải tạo|siết chặt|nới lỏng|đầu tư|lắp đặt|khảo sát|thống kê|bảo trì|cung cấp|vận chuyển|thu mua"
        "|xuất khẩu|nhập khẩu|chế biến|phân phối|trưng bày|phục dựng|nghiên cứu|sản xuất|quy hoạch|di dời|tháo dỡ"
        "|ghi nhận|phát hiện|xử lý|ngăn chặn|khuyến khích|đào tạo|tuyển dụng|tranh luận|từ chối|chấp thuận"
        "|trì hoãn|rút ngắn|kéo dài|chia sẻ|kết nối|bảo vệ|trồng mới|gia cố|nạo vét|tái chế|số hóa|miễn giảm"
        "|thanh toán"
    ),
    "state": (
        "ảnh hưởng|phụ thuộc|đáp ứng|phục vụ|thay thế|liên quan|vượt qua|thiếu hụt|cạnh tranh|gắn với|bổ sung"
        "|tác động|chi phối|thúc đẩy|cản trở|làm chậm|tiết kiệm|hạn chế|tạo ra|thu hút|tiêu tốn|đòi hỏi|chiếm giữ"
        "|mang lại|duy trì|đánh mất|góp phần|quyết định|phản ánh|che lấp|hé lộ|nuôi dưỡng|đe dọa|cải thiện"
        "|giảm bớt|gia tăng|nối liền|chia cắt|bao quanh|làm mới"
    ),
    "adj": (
        "mới|cũ|lớn|nhỏ|hiện đại|truyền thống|ven biển|nội đô|liên vùng|thông minh|xanh|sạch|công cộng|tư nhân"
        "|quốc tế|địa phương|tạm thời|cấp bách|trọng điểm|bền vững|hiếm gặp|phổ biến|đắt đỏ|giá rẻ|chất lượng"
        "|an toàn|rủi ro|kéo dài|ngắn hạn|dài hạn|điện tử|tự động|thủ công|hữu cơ|nhiệt đới|vùng cao|miền núi"
        "|đồng bằng|ngoại thành|trung tâm|ban đêm|cuối tuần|theo mùa|đầu tiên|cuối cùng|thứ hai|độc đáo|cổ kính"
        "|xuống cấp|quá tải|bỏ hoang|sôi động|trầm lắng|ổn định|bấp bênh|minh bạch|phức tạp"
    ),
    "noun": (
        "dự án|cây cầu|tuyến đường|nhà máy|bệnh viện|trường học|khu chợ|bến cảng|sân bay|nhà ga|công viên|hồ chứa"
        "|đập nước|con kênh|khu rừng|vườn cây|cánh đồng|trang trại|làng nghề|lễ hội|bảo tàng|thư viện|sân khấu"
        "|bộ phim|cuốn sách|bức tranh|giải đấu|đội bóng|trận đấu|đường chạy|vắc xin|ca bệnh|phòng khám|thuốc men"
        "|bữa ăn|thực phẩm|giá gạo|giá vàng|lãi suất|tín dụng|cổ phiếu|trái phiếu|ngân sách|thuế phí|hợp đồng"
        "|gói thầu|doanh thu|lợi nhuận|chi phí|đơn hàng|kho bãi|xe buýt|tàu điện|phà máy|xe tải|container"
        "|nguồn điện|pin mặt trời|tua bin|than đá|khí đốt|xăng dầu|nước ngọt|nước thải|rác thải|không khí|bụi mịn"
        "|nắng nóng|cơn bão|trận lũ|sạt lở|triều cường|hạn mặn|động đất|cảnh báo|bản đồ|dữ liệu|phần mềm|ứng dụng"
        "|mạng lưới|máy chủ|vệ tinh|cảm biến|robot|chip điện tử|nghiên cứu|phòng thí nghiệm|học phí|kỳ thi"
        "|sách giáo khoa|giáo trình|học bổng|ký túc xá|lớp học|chương trình|chính sách|nghị quyết|quy định"
        "|luật đất đai|bản án|phiên tòa|hồ sơ|giấy phép|thủ tục|cuộc họp|báo cáo|kiến nghị|khảo sát|du lịch"
        "|khách sạn|bãi biển|hang động|đỉnh núi|di tích|ngôi chùa|phố cổ|chợ nổi|ẩm thực|cà phê|hồ tiêu|sầu riêng"
        "|cá tra|con tôm|lúa gạo|rau màu|gia cầm|đàn bò|tàu cá|ngư trường|rạn san hô|loài chim|voi rừng|rùa biển"
        "|cây xanh|vỉa hè|bãi đỗ|hầm chui|chung cư|nhà trọ|căn hộ|khu đô thị|thang máy|đèn đường|mặt bằng"
        "|vật liệu|xi măng|thép tấm|bê tông|dệt may|giày da|đồ gỗ|linh kiện|ô tô|xe máy|việc làm|tiền lương"
        "|bảo hiểm|lương hưu|quỹ đất|kế hoạch|mô hình|chiến lược|tiêu chuẩn|chứng nhận"
    ),
    "place": (
        "Hà Nội|Hải Phòng|Đà Nẵng|Cần Thơ|Huế|Quảng Ninh|Lào Cai|Sơn La|Nghệ An|Hà Tĩnh|Quảng Bình|Quảng Trị"
        "|Bình Định|Phú Yên|Khánh Hòa|Ninh Thuận|Bình Thuận|Đắk Lắk|Gia Lai|Kon Tum|Lâm Đồng|Bình Dương|Đồng Nai"
        "|Tây Ninh|Long An|Tiền Giang|Bến Tre|Vĩnh Long|An Giang|Kiên Giang|Cà Mau|Bạc Liêu|Sóc Trăng|Trà Vinh"
        "|Hậu Giang|Đồng Tháp|Thanh Hóa|Nam Định|Thái Bình|Hưng Yên|Bắc Ninh|Bắc Giang|Thái Nguyên|Tuyên Quang"
        "|Hà Giang|Cao Bằng|Lạng Sơn|Yên Bái|Phú Thọ|Hòa Bình|Điện Biên|Lai Châu|Ninh Bình"
    ),
    "org": (
        "{office} {place}|{company} {brand}|Đại học {place}|Hiệp hội {trade}|Viện {trade}|Cục {trade}"
        "|Ngân hàng {brand}|Quỹ {brand}"
    ),
    "office": (
        "UBND|Sở Xây dựng|Sở Công thương|Sở Y tế|Sở Giáo dục|Sở Du lịch|Công an|Cảng|Ban quản lý|Hội đồng"
        "|Trung tâm|Liên đoàn"
    ),
    "company": "Công ty|Tập đoàn|Hãng|Nhà máy|Tổng công ty|Hợp tác xã",
    "brand": "{given} {given}|Sao {given}|Đông {given}|Nam {given}|Việt {given}|Thiên {given}|Tân {given}",
    "trade": (
        "Thủy sản|Lương thực|Vận tải|Năng lượng|Khí tượng|Dệt may|Cơ khí|Phần mềm|Chăn nuôi|Bất động sản"
        "|Đường sắt|Hàng hải"
    ),
    "name": "{family} {middle} {given}|{family} {given}",
    "family": "Nguyễn|Trần|Lê|Phạm|Hoàng|Phan|Vũ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Mai|Trịnh|Đoàn|Lương|Cao",
    "middle": "Văn|Thị|Hữu|Đức|Minh|Quang|Ngọc|Thanh|Xuân|Thu|Kim|Anh|Gia|Bảo|Hải|Tuấn|Phương|Quốc|Đình|Hoài",
    "given": (
        "An|Bình|Châu|Dung|Giang|Hà|Hạnh|Hùng|Khánh|Lan|Linh|Long|Mai|Nam|Nga|Ngân|Phúc|Quân|Sơn|Tâm|Thảo|Thịnh"
        "|Trang|Trung|Tú|Uyên|Vinh|Yến|Hiếu|Kiên|Lâm|Nhung|Oanh|Phong|Quyên|Tiến|Vy|Đạt|Hòa|Loan"
    ),
}

SECTIONS = (
    "Kinh tế|Thời sự|Thế giới|Thể thao|Giáo dục|Sức khỏe|Văn hóa|Khoa học|Pháp luật|Du lịch|Đời sống"
    "|Công nghệ|Bất động sản|Xe|Ý kiến|Giải trí"
).split("|")

LABELS = {
    "paper": "Báo Bến Nước",
    "page": "trang-",
    "home": "Trang chủ",
    "related": "Tin liên quan",
    "same": "Cùng chuyên mục",
    "read": "Đọc nhiều nhất",
    "latest": "Mới nhất",
    "more": "Xem thêm",
    "tags": "Từ khóa",
    "comments": "bình luận",
    "newsletter": "Đăng ký nhận bản tin mỗi sáng của tòa soạn",
    "newsletter_text": "Nhập địa chỉ thư để nhận những tin đáng đọc nhất trong ngày. Bạn có thể hủy bất cứ lúc nào.",
    "subscribe": "Đăng ký",
    "footer": (
        "Cơ quan chủ quản: Hội Nhà in Bến Nước. Giấy phép số 12/GP. Điện thoại: 024 0000 0000. Ghi "
        "rõ nguồn khi phát hành lại."
    ),
    "next": "Trang sau",
    "previous": "Trang trước",
    "search": "Tìm kiếm",
    "print": "Bản in",
    "share": "Chia sẻ",
    "not_found": "Không tìm thấy trang",
    "not_found_text": "Nội dung bạn tìm không còn ở đây. Mời bạn trở về trang chủ hoặc chọn một chuyên mục.",
    "consent": "Chúng tôi dùng cookie",
    "consent_text": "Để đọc tiếp, mời bạn đồng ý cho chúng tôi và 214 đối tác lưu cookie trên thiết bị của bạn.",
    "accept": "Đồng ý",
    "calendar": "Lịch ngày",
    "live": "Trực tiếp",
    "weekdays": "Thứ Hai|Thứ Ba|Thứ Tư|Thứ Năm|Thứ Sáu|Thứ Bảy|Chủ Nhật",
    "byline": "{weekday}, {day}/{month}/{year}, {hour:02}:{minute:02} (GMT+7)",
}
OFFSET_HOURS = 7
